"""Starts of the service in one log, and the phase of life in which each line was written."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.logs.signature import Phase, Signature
from checks.logs.tracebacks import Traceback


@dataclass(frozen=True, slots=True)
class Moment:
    """The start to which a line belongs (counted from 0), and its phase."""

    run: int
    phase: Phase


def moments(number: int, states: Sequence[tuple[int, Signature]], tracebacks: Sequence[Traceback]) -> list[Moment]:
    """The moment of each of `number` lines, given the states that were sighted by position."""
    run, phase = 0, Phase.START
    found: list[Moment] = []
    at: dict[int, list[Signature]] = {}
    for position, state in states:
        at.setdefault(position, []).append(state)
    begun = False
    for position in range(number):
        for state in at.get(position, ()):
            if state.begins:
                run += begun
                begun, phase = True, Phase.START
            if state.enters:
                phase = state.enters
        found.append(Moment(run, phase))
    for traceback in tracebacks:
        own = phase_of(traceback)
        for block in traceback.blocks if own else ():
            for position in range(block.first, block.last + 1):
                found[position] = Moment(found[position].run, own or found[position].phase)
    return found


def phase_of(traceback: Traceback) -> Phase | None:
    """What the server was doing, told by the frames; None when they do not tell."""
    functions = {frame.function for block in traceback.blocks for frame in block.frames}
    for phase, names in (
        (Phase.RUN, {"invoke_run", "run", "handle_score"}),
        (Phase.INIT, {"invoke_init", "init"}),
        (Phase.LOAD, {"load_script", "exec_module", "load_wsgiapp"}),
    ):
        if functions & names:
            return phase
    return None
