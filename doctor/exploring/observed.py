"""What a rehearsal observed: its steps, and what the script opened, asked for, called and left."""

from collections import Counter
from collections.abc import Iterator

from checks.evidence import Evidence, Frame, Missing, Probe, Step
from doctor.exploring.table import Nothing, Row, Table, Tone, memory_of, shown, shown_lines, time_of
from doctor.exploring.wanting import remedy_for

COLUMNS = ("what", "name", "outcome", "time", "memory")
_TONES: dict[str, Tone] = {"passed": "passed", "skipped": "muted"}


def observed(evidence: Evidence) -> Table | Nothing:
    """Steps in their order, then files, variables, hosts, processes and warnings."""
    probe = evidence.probe
    if isinstance(probe, Missing):
        return Nothing(shown(probe.reason), remedy_for(evidence, "probe"))
    rows = [*map(_step, probe.steps), *_exit(probe), *_files(probe), *_variables(probe), *_hosts(probe)]
    rows += [*_processes(probe), *_said(probe)]
    return Table(COLUMNS, tuple(rows), _summary(probe), sortable=False)


def _summary(probe: Probe) -> str:
    peak = f", {memory_of(probe.peak_memory)} at most" if probe.peak_memory else ""
    where = " in doctor's own process" if probe.in_process else ""
    kind = probe.signature.kind if probe.signature else "not loaded"
    return f"Python {shown(probe.python)}{where}, {time_of(probe.seconds)}{peak}; run(): {kind}"


def _step(step: Step) -> Row:
    problem = step.returned.problem if step.returned else None
    outcome: str = "answer cannot be sent" if problem and step.outcome == "passed" else step.outcome
    if step.status is not None:
        outcome += f" {step.status}"
    headline = ""
    if step.raised:
        headline = step.raised.root.headline
    elif problem or step.message:
        headline = problem or step.message or ""
    text = f"{outcome}: {headline}" if headline else outcome
    tone = "error" if problem else _TONES.get(step.outcome, "error")
    frame = (step.raised.root.own_frame or step.raised.own_frame) if step.raised else None
    frame = frame or next((one for one in reversed(step.stack) if one.own), None)
    detail = shown_lines(headline) + (f"\nat {_at(frame)}" if frame else "")
    if step.returned and step.returned.text is not None:
        detail = "\n".join(part for part in (detail, f"returned {shown(step.returned.text[:2000])}") if part)
    memory = f"{'+' if step.memory > 0 else ''}{memory_of(step.memory)}" if step.memory else ""
    sample = f" {shown(step.sample)}" if step.sample else ""
    cells = (f"{step.phase}", f"{step.phase}(){sample}" if step.phase in {"init", "run"} else sample.strip())
    return Row((*cells, shown(text), time_of(step.seconds), memory), tone, detail, _place(frame))


def _exit(probe: Probe) -> Iterator[Row]:
    end = probe.exit
    if end is None:
        return
    told: str = end.reason
    if end.code is not None:
        told += f", code {end.code}"
    told += f", {end.signal}" if end.signal else ""
    told += f" by {end.call}" if end.call else ""
    limit = f"limit {memory_of(end.memory_limit)}" if end.memory_limit else ""
    frame = next((one for one in reversed(end.stack) if one.own), None)
    yield Row(("ended", f"{end.phase}", shown(told), time_of(end.seconds), limit), "error", _at(frame), _place(frame))


def _files(probe: Probe) -> Iterator[Row]:
    counted = Counter((one.path, one.mode, one.place, one.found) for one in probe.opened)
    first = {(one.path, one.mode, one.place, one.found): one for one in reversed(probe.opened)}
    for key, count in sorted(counted.items(), key=lambda item: (item[0][3], item[0][2] == "environment")):
        one = first[key]
        told = f"{one.mode}" if one.found else "not found"
        told += f", {count} times" if count > 1 else ""
        tone: Tone = "warning" if not one.found else "muted" if one.place in {"environment", "system"} else ""
        cells = ("file", shown(one.path), f"{told} in {one.phase}; {one.place}", "", "")
        yield Row(cells, tone, _at(one.at), _place(one.at))


def _variables(probe: Probe) -> Iterator[Row]:
    for one in {(each.name, each.set): each for each in reversed(probe.asked)}.values():
        told = "set" if one.set else "not set, which raises" if one.strict else "not set, a default or None is taken"
        tone: Tone = "" if one.set else "error" if one.strict else "info"
        cells = ("variable", shown(one.name), f"{told}; asked for in {one.phase}", "", "")
        yield Row(cells, tone, _at(one.at), _place(one.at))


def _hosts(probe: Probe) -> Iterator[Row]:
    for one in {(each.host, each.port): each for each in reversed(probe.contacted)}.values():
        host = f"{one.host}:{one.port}" if one.port else one.host
        yield Row(("host", shown(host), f"contacted in {one.phase}", "", ""), "info", _at(one.at), _place(one.at))


def _processes(probe: Probe) -> Iterator[Row]:
    for one in probe.started:
        told = f"started in {one.phase}{', left running' if one.left else ''}"
        tone: Tone = "warning" if one.left else ""
        yield Row((one.kind, shown(one.name), told, "", ""), tone, _at(one.at), _place(one.at))


def _said(probe: Probe) -> Iterator[Row]:
    for text in probe.warnings:
        yield Row(("warning", "Python", shown(text), "", ""), "info", shown_lines(text))
    for name, output in (("stdout", probe.stdout), ("stderr", probe.stderr)):
        if output.text.strip():
            first = output.text.strip().splitlines()[0]
            yield Row(("wrote", name, shown(first[:300]), "", ""), "", shown_lines(output.text[:8000]))


def _at(frame: Frame | None) -> str:
    return f"{shown(frame.path)}:{frame.line} {shown(frame.code)}".rstrip() if frame else ""


def _place(frame: Frame | None) -> tuple[str, int | None] | None:
    return (frame.path, frame.line) if frame else None
