"""One log line: what it says, and what its prefix told about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.evidence import Log
from checks.logs.prefixes import Head, collectors, take_off
from checks.logs.prose import expand
from checks.logs.rewrapped import unwrapped

SAMPLE = 2000  # lines that tell whether a collector put names before all of them
TWICE = frozenset({"pipes"})  # the format of the images that also write every message bare


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `number` counts from 1 in the original; `text` is the message without its prefix, `raw` the whole line.

    `stream` tells lines of several sources apart (pod, container, process), `process` is the pid, `level` one of
    `debug`, `info`, `warning`, `error`, `critical`, `time` as written. A line without a prefix of its own belongs to
    the record before it in its stream, and has that one's process, logger and level. A `derived` line stands for text
    that lies inside another (JSON in prose, an escaped traceback): it has the number and the raw text of that one.
    """

    number: int
    text: str
    raw: str
    stream: str = ""
    process: str = ""
    level: str = ""
    logger: str = ""
    time: str = ""
    derived: bool = False


def read_lines(log: Log) -> list[Line]:
    """The lines of a log, prefixes taken off, with the lines that lie inside others after each.

    What a container runtime cut into parts is one line again; what old images wrote twice (once with a prefix and once
    without) is there once.
    """
    texts = log.text.split("\n")
    numbers: Sequence[int] = log.numbers or range(1, len(texts) + 1)
    texts, numbers = unwrapped(texts, numbers)
    known = collectors(texts[:SAMPLE])
    lines: list[Line] = []
    heads: list[Head] = []
    records: dict[str, Head] = {}  # the last record of each stream
    unfinished: dict[str, int] = {}  # where the line stands that a runtime has not finished
    for number, raw in zip(numbers, texts, strict=False):
        raw = raw.removesuffix("\r")  # noqa: PLW2901 - text from the clipboard has both line ends
        head = take_off(raw, known)
        stream = head.stream
        if stream in unfinished:
            at = unfinished.pop(stream) if not head.partial else unfinished[stream]
            lines[at] = replace(lines[at], text=lines[at].text + head.text, raw=lines[at].raw + head.text)
            continue
        if head.partial:
            unfinished[stream] = len(lines)
        if head.record:
            records[stream] = head
        record = head if head.record else records.get(stream, head)
        lines.append(
            Line(
                number=number,
                text=head.text,
                raw=raw,
                stream=stream,
                process=head.process or record.process,
                level=head.level or record.level,
                logger=head.logger or record.logger,
                time=head.time,
            )
        )
        heads.append(head)
    return expand(_once(lines, heads))


def _once(lines: list[Line], heads: Sequence[Head]) -> list[Line]:
    """Leave out the bare copies of messages that old images wrote twice, whichever came first."""
    double = [position for position, head in enumerate(heads) if head.format in TWICE]
    if not double:
        return lines
    dropped: set[int] = set()
    for begin, following in zip(double, (*double[1:], len(lines)), strict=True):
        end = begin + 1
        while end < following and not heads[end].record:
            end += 1
        message = lines[begin].text
        if not message.strip():
            continue
        copy = next((at for at in range(begin + 1, end) if lines[at].text == message), None)
        if copy is not None:
            size = copy - begin
            if _same(lines, begin, copy, size, end):
                dropped.update(range(copy, copy + size))
                continue
        size = end - begin  # bare first
        while size and not lines[begin + size - 1].text.strip():
            size -= 1
        before = begin - size
        if (
            before >= 0
            and not any(heads[at].record or at in dropped for at in range(before, begin))
            and _same(lines, before, begin, size, end)
        ):
            dropped.update(range(before, begin))
    return [line for position, line in enumerate(lines) if position not in dropped]


def _same(lines: Sequence[Line], one: int, other: int, size: int, end: int) -> bool:
    """True when `size` lines from `one` read like those from `other`, all of which stand before `end`."""
    return other + size <= end and all(lines[one + n].text == lines[other + n].text for n in range(size))
