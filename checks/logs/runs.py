"""Starts of the service in one log, and the phase of life in which each line was written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from checks.evidence import Frame
from checks.logs.lines import Line
from checks.logs.signature import Phase, Signature
from checks.logs.tracebacks import Traceback


@dataclass(frozen=True, slots=True)
class Moment:
    """The start to which a line belongs (counted from 0 over all streams), and its phase."""

    run: int
    phase: Phase


_WORKER = re.compile(r"[Ww]orker (?:\(pid: ?|with pid:? )(?P<pid>\d+)|TIMEOUT \(pid: ?(?P<late>\d+)")


@dataclass(slots=True)
class _Stream:
    """How far one source of lines has come."""

    run: int
    begun: set[str] = field(default_factory=set)  # ids of the states that announced this start
    advanced: bool = False  # something came after the announcements
    phase: Phase = Phase.START  # of the process that was heard last
    phases: dict[str, Phase] = field(default_factory=dict)  # by process

    def begin(self, state: Signature, number: int) -> int:
        """Note that a start was announced; the number of starts so far. Several states may announce one start."""
        if self.begun and (self.advanced or state.id in self.begun):
            self.run, number = number, number + 1
            self.begun.clear()
        self.advanced = False
        self.begun.add(state.id)
        self.phase = Phase.START
        self.phases.clear()
        return number

    def enter(self, phase: Phase, process: str) -> None:
        self.advanced = self.advanced or phase is not Phase.START
        self.phase = phase
        self.phases[process] = phase

    def phase_at(self, line: Line) -> Phase:
        if "pid" in line.text[:200]:
            found = _WORKER.search(line.text[:200])
            told = self.phases.get(found["pid"] or found["late"]) if found else None
            if told:
                return told
        return self.phases.get(line.process, self.phase)


def moments(
    lines: Sequence[Line],
    states: Sequence[tuple[int, Signature]],
    tracebacks: Sequence[Traceback],
    starts: Iterable[int] = (),
) -> list[Moment]:
    """The moment of each line, given the states that were sighted by position.

    A start that is announced in several ways (by the container, by the server) is one; each stream has its own starts.
    `starts` are numbers of lines at which the container was started once more, as its engine says.
    The phase is that of the line's own process, or of the worker that the line speaks of.
    """
    at: dict[int, list[Signature]] = {}
    for position, state in states:
        at.setdefault(position, []).append(state)
    ends = {traceback.blocks[-1].last for traceback in tracebacks}
    streams: dict[str, _Stream] = {}
    number = 0
    found: list[Moment] = []
    pending = sorted(starts, reverse=True)
    for position, line in enumerate(lines):
        while pending and line.number >= pending[-1]:
            pending.pop()
            streams.clear()  # whatever writes now is another process
        stream = streams.get(line.stream)
        if stream is None:
            stream = streams[line.stream] = _Stream(run=number)
            number += 1
        for state in at.get(position, ()):
            if state.begins:
                number = stream.begin(state, number)
            if state.enters:
                stream.enter(state.enters, line.process)
        if position in ends:
            stream.advanced = True
        found.append(Moment(stream.run, stream.phase_at(line)))
    for traceback in tracebacks:
        own = phase_of(traceback)
        for block in traceback.blocks if own else ():
            for position in block.positions or range(block.first, block.last + 1):
                found[position] = Moment(found[position].run, own or found[position].phase)
    return found


_SERVER = {  # functions of the servers, by what they do with the person's code
    Phase.RUN: frozenset(
        {
            *("invoke_run", "handle_score", "run_scoring", "get_prediction_realtime", "score_realtime"),
            *("full_dispatch_request", "run_endpoint_function", "dispatch_request", "serve_request"),
        }
    ),
    Phase.INIT: frozenset({"invoke_init", "lifespan", "startup"}),
    Phase.LOAD: frozenset({"load_script", "exec_module", "load_wsgiapp", "import_from_string", "import_app"}),
}
_OWN = {  # functions that the servers call in the person's code
    Phase.RUN: frozenset({"run", "predict", "execute", "handle", "inference"}),
    Phase.INIT: frozenset({"init", "initialize", "load", "load_context"}),
}


def phase_of(traceback: Traceback) -> Phase | None:
    """What the server was doing, told by the frames; None when they do not tell."""
    frames = [frame for block in traceback.blocks for frame in block.frames]
    return next((phase for phase in (Phase.RUN, Phase.INIT, Phase.LOAD) if _shows(phase, frames)), None)


def _shows(phase: Phase, frames: Sequence[Frame]) -> bool:
    return any(
        frame.function in _SERVER[phase] or (frame.own and frame.function in _OWN.get(phase, ())) for frame in frames
    )
