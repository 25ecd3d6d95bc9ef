"""One log line: what it says, and what its prefix told about it."""

from dataclasses import dataclass

from checks.evidence import Log


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `number` counts from 1 in the original; `text` is the message without its prefix, `raw` the whole line.

    `stream` tells lines of several sources apart (pod, container, process), `process` is the pid, `level` one of
    `debug`, `info`, `warning`, `error`, `critical`, `time` as written. A `derived` line stands for text that lies inside
    another (JSON in prose, an escaped traceback): it has the number and the raw text of that one.
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
    """The lines of a log, prefixes taken off, with the lines that lie inside others after each."""
    numbers = log.numbers or range(1, log.text.count("\n") + 2)
    return [Line(number=n, text=raw, raw=raw) for n, raw in zip(numbers, log.text.split("\n"), strict=False)]
