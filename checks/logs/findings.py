"""From an analysis to findings: the texts of signatures filled in, with the lines that prove them."""

from collections.abc import Iterable, Iterator

from checks.evidence import Log
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.logs.analysis import Analysis, Group, analyse
from checks.logs.signature import Signature, by_id
from checks.logs.template import fill
from checks.logs.tracebacks import Block, Traceback

FAMILY = "logs"
LONGEST_QUOTE = 1200  # characters
ABOUT = {"module": "module", "file": "file", "path": "file", "variable": "variable", "name": "name"}


def findings(log: Log) -> tuple[Finding, ...]:
    """Everything that a log says, causes first. Their order is kept in `Finding.place`."""
    analysis = analyse(log)
    found = [
        _finding(group, analysis, log, place)
        for place, group in enumerate((*analysis.causes, *_once(analysis.symptoms)))
    ]
    if not analysis.causes:
        found = [*_fallback(analysis, log), *found]
    return tuple(found)


def _once(symptoms: Iterable[Group]) -> list[Group]:
    """One group a signature: how a symptom varies says nothing."""
    return list({group.signature.id: group for group in symptoms}.values())


def _finding(group: Group, analysis: Analysis, log: Log, place: int) -> Finding:
    one, best = group.signature, group.best
    frame = best.block.own_frame if best.block else None
    fields = {**_common(best.block, analysis, best.position), **one.defaults, **best.fields}
    quotes = [best.position]
    if best.block:
        quotes += [best.block.headline, *_frame_line(best.block, analysis)]
    starts = len({sighting.moment.run for sighting in group.sightings})
    repeats = dict(log.repeats)
    seen = sum(repeats.get(analysis.lines[sighting.position].number, 1) for sighting in group.sightings)
    repeated = f" Seen {seen} times" + (f", in {starts} starts." if starts > 1 else ".") if seen > 1 else ""
    return Finding(
        id=f"{FAMILY}.{one.id}",
        family=FAMILY,
        title=fill(one.title, fields),
        why=fill(one.why, fields) + repeated,
        evidence=tuple(_quotes(quotes, analysis, log)),
        severity=one.severity,
        confidence=one.confidence,
        stage=one.stage,
        explains=tuple(f"{FAMILY}.{symptom.id}" for symptom in group.symptoms),
        about=tuple(f"{ABOUT[name]}:{value}" for name, value in best.fields.items() if name in ABOUT)
        + ((f"line:{frame.line}",) if frame else ())
        if group.symptoms or one.role == "cause"
        else (),
        fixes=tuple(
            Fix(title=fill(f.title, fields), safety=f.safety, commands=tuple(fill(c, fields) for c in f.commands))
            for f in one.fixes
        ),
        no_fix=fill(one.no_fix, fields) if one.no_fix else None,
        confirm=_confirm(one, best.block),
        learn_more=(f"doctor explain {FAMILY}.{one.id}", *one.learn_more),
        place=place,
    )


def _common(block: Block | None, analysis: Analysis, position: int) -> dict[str, str]:
    """Fields that every text may use."""
    frame = block.own_frame if block else None
    script = frame.path.rsplit("/", 1)[-1] if frame else "the entry script"
    return {
        "where": f"{script} line {frame.line}" if frame else f"line {analysis.lines[position].number} of the log",
        "script": script,
        "exception": block.type.rsplit(".", 1)[-1] if block else "",
        "message": block.message if block else analysis.lines[position].text.strip(),
    }


def _frame_line(block: Block, analysis: Analysis) -> Iterator[int]:
    frame = block.own_frame
    if frame:
        marker = f'File "{frame.path}", line {frame.line}'
        yield from (i for i in range(block.last, block.first - 1, -1) if marker in analysis.lines[i].text)


def _quotes(positions: Iterable[int], analysis: Analysis, log: Log) -> Iterator[Quote]:
    """At most three lines, each once."""
    numbers: set[int] = set()
    for position in positions:
        line = analysis.lines[position]
        if line.number not in numbers and len(numbers) < 3:
            numbers.add(line.number)
            yield Quote(source=log.source, line=line.number, text=_cut(line.raw, line.text))


def _cut(raw: str, text: str) -> str:
    """The line, or of a very long one the part around what was read."""
    if len(raw) <= LONGEST_QUOTE:
        return raw
    begin = max(0, raw.find(text[:80]) - LONGEST_QUOTE // 4) if text[:80] in raw else 0
    return f"{'… ' if begin else ''}{raw[begin : begin + LONGEST_QUOTE]} …"


def _confirm(one: Signature, block: Block | None) -> str:
    frame = block.own_frame if block else None
    if frame and one.stage in {Stage.LOAD, Stage.INIT, Stage.RUN, Stage.ANSWER}:
        return f"doctor check {frame.path.rsplit('/', 1)[-1]}"
    return "doctor triage <the log of the next attempt>"


def _fallback(analysis: Analysis, log: Log) -> Iterator[Finding]:
    """What is said where no signature matched: the exception and its place, marked as not recognised."""
    tracebacks: tuple[Traceback, ...] = analysis.unexplained
    if not tracebacks:
        return
    block = tracebacks[-1].root
    one = by_id()["unrecognised-exception"]
    fields = {**_common(block, analysis, block.headline), **one.defaults}
    yield Finding(
        id=f"{FAMILY}.{one.id}",
        family=FAMILY,
        title=fill(one.title, fields),
        why=fill(one.why, fields),
        evidence=tuple(_quotes([block.headline, *_frame_line(block, analysis)], analysis, log)),
        severity=Severity.WARNING if analysis.healthy else Severity.ERROR,
        confidence=Confidence.POSSIBLE,
        stage=one.stage,
        explains=tuple(f"{FAMILY}.{group.signature.id}" for group in analysis.symptoms),
        no_fix=fill(one.no_fix or "", fields),
        confirm=_confirm(one, block),
        learn_more=(f"doctor explain {FAMILY}.{one.id}",),
    )
