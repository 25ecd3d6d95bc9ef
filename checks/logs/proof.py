"""What every finding from a log says in the same way: the lines that prove it, where it happened, how to confirm."""

import re
from collections.abc import Iterable, Iterator

from checks.evidence import Log
from checks.finding import Quote, Stage
from checks.logs.analysis import Analysis, Sighting
from checks.logs.matcher import search
from checks.logs.signature import Signature
from checks.logs.template import placeholders
from checks.logs.tracebacks import Block, Traceback

FAMILY = "logs"
LONGEST_QUOTE = 1200  # characters
MOST_QUOTES = 3
NEAR = 12  # lines between a message and the values it speaks of
SHORTEST_VALUE = 3  # characters of a value that is looked for
_DATED = re.compile(r"/\.\.\d{4}(?:_\d\d){5}\.\d+/")
"""`/..2026_11_22_00_01_06.706112243/`. Source: kubelet `atomic_writer.go`."""

_ESCAPED = re.compile(r"[\"'\\\n]|^\(\w+\) ")
"""What is written otherwise in a text that lies inside another."""


def common(
    block: Block | None, analysis: Analysis, position: int, traceback: Traceback | None = None
) -> dict[str, str]:
    """Fields that every text may use."""
    met = traceback.met(block) if block and traceback else block
    frame = met.own_frame if met else None
    script = frame.path.replace("\\", "/").rsplit("/", 1)[-1] if frame else "the entry script"
    return {
        "where": f"{script} line {frame.line}" if frame else f"line {analysis.lines[position].number} of the log",
        "script": script,
        "exception": block.type.rsplit(".", 1)[-1] if block else "",
        "message": block.message if block else analysis.lines[position].text.strip(),
    }


def frame_line(block: Block, analysis: Analysis) -> Iterator[int]:
    """The line that names the person's own frame; without one, the line of code that raised."""
    frame = block.own_frame
    if frame is None and block.frames:
        code = block.frames[-1].code
        raised = (at for at in reversed(block.positions) if code and analysis.lines[at].text.strip() == code)
        yield from (position for position in [next(raised, None)] if position is not None)
    if frame:
        places = [f'File "{frame.path}", line {frame.line}', f"{frame.path}:{frame.line}"]
        at = (
            position
            for position in reversed(block.positions)
            if any(place in analysis.lines[position].text for place in places)
        )
        yield from (position for position in [next(at, None)] if position is not None)


def value_lines(one: Signature, sighting: Sighting, analysis: Analysis) -> Iterator[int]:
    """Lines that complete the proof: of the same message, or near it with a value that the title names."""
    block, at = sighting.block, sighting.position
    message = block.positions if block else ()
    yield from (
        position
        for position in message
        if position > at and any(search(pattern, analysis.lines[position].text) is not None for pattern in one.match)
    )
    near = sorted(range(max(0, at - NEAR), min(len(analysis.lines), at + NEAR + 1)), key=lambda other: abs(other - at))
    for name in sorted(placeholders(one.title)):
        value = sighting.fields.get(name, "")
        if len(value) >= SHORTEST_VALUE and value not in analysis.lines[at].raw:
            word = re.compile(rf"(?<![\w.-]){re.escape(value)}(?![\w/-])")
            found = (position for position in near if word.search(analysis.lines[position].raw[:LONGEST_QUOTE]))
            yield from (position for position in [next(found, None)] if position is not None)


def quotes(positions: Iterable[int], analysis: Analysis, log: Log) -> Iterator[Quote]:
    """At most three lines, none twice."""
    numbers: set[int] = set()
    texts: set[str] = set()
    for position in positions:
        line = analysis.lines[position]
        if line.number not in numbers and line.raw not in texts and len(numbers) < MOST_QUOTES:
            numbers.add(line.number)
            texts.add(line.raw)
            yield Quote(source=log.source, line=line.number, text=cut(line.raw, line.text))


def cut(raw: str, text: str) -> str:
    """The line, or of a very long one the part around what was read.

    The folder of a date in which the kubelet keeps a config map's files is left out: it is another after each change,
    and the path without it leads to the same file.
    """
    raw, text = _DATED.sub("/", raw), _DATED.sub("/", text)
    if len(raw) <= LONGEST_QUOTE:
        return raw
    begin = max(0, _place(raw, text) - LONGEST_QUOTE // 4)
    end = begin + LONGEST_QUOTE
    return f"{'… ' if begin else ''}{raw[begin:end]}{' …' if end < len(raw) else ''}"


def _place(raw: str, text: str) -> int:
    """Where a text stands in its line: as it is, or by its longest part without escapes; 0 where neither is there."""
    if (at := raw.find(text[:80])) >= 0:
        return at
    part = max(_ESCAPED.split(text), key=len)[:80]
    return max(0, raw.find(part)) if part else 0


def confirm(one: Signature, block: Block | None) -> str:
    """The one command that passes afterwards."""
    frame = block.own_frame if block else None
    if frame and one.stage in {Stage.LOAD, Stage.INIT, Stage.RUN, Stage.ANSWER}:
        return f"doctor check {frame.path.replace(chr(92), '/').rsplit('/', 1)[-1]}"
    return "doctor triage <the log of the next attempt>"
