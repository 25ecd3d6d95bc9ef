"""Where in raw bytes a signature may match: all patterns, widened, in one automaton that runs at memory speed.

What it finds is looked at again by the real patterns. Bytes are searched as they stand in the file, prefixes included;
text inside JSON once more with its escapes taken off. RE2 does it at some hundred megabytes a second; Hyperscan is
hardly faster on logs, and takes longer to compile its automaton than RE2 to read 100 MB (see benchmarks/logs.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from checks.logs.matcher import set_of
from checks.logs.signature import Role, signatures
from checks.logs.widening import widened

PART = 1 << 14  # bytes
NEAR = 1 << 11  # bytes of a very long line in which a match is looked for
MARKERS = (
    r"Traceback \(most recent call last\)",
    r"\b[A-Za-z_][\w.]{2,60}(?:Error|Exception|Exit|Interrupt|Timeout|NotFound)\b",
    r"\b(?:ERROR|CRITICAL|FATAL|Fatal|FAILED|SEVERE)\b",
    r"\b(?:E|C) \[\d+\] ",
    r"(?:^|\W)[EF]\d{4} \d\d:\d\d",
    r"\b[Ee]rror: ",
)
"""What shows trouble that no signature knows. Each is searched like a signature."""


class Plan:
    """Which patterns are searched.

    `states`: states, and whatever another signature asks to stand before it (`after`); ordinary logs are full of some
    of them; `beginnings` are the numbers of those with which the service starts anew. `patterns`: what a diagnosis may
    quote or read.
    """

    def __init__(self) -> None:
        known = signatures()
        asked = {name for one in known for name in (*one.after, *one.not_after)}
        marks = [one for one in known if one.role is Role.STATE or one.id in asked]
        quoted = [one for one in known if one.role in {Role.CAUSE, Role.SYMPTOM, Role.WRAPPER}]
        self.states = ["|".join(f"(?:{widened(pattern)})" for pattern in one.match) for one in marks]
        self.beginnings = frozenset(number for number, one in enumerate(marks) if one.begins)
        seen = dict.fromkeys(pattern for one in quoted for pattern in (*one.match, *one.also))
        self.patterns = list(dict.fromkeys(widened(pattern) for pattern in (*seen, *MARKERS)))


def unescaped(data: bytes) -> tuple[bytes, list[int]]:
    """The lines with backslashes, as they read without those that JSON and Python write; and where each begins."""
    lines, begins = [], []
    at = data.find(b"\\")
    while at >= 0:
        begin = data.rfind(b"\n", 0, at) + 1
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        lines.append(data[begin:end])
        begins.append(begin)
        at = data.find(b"\\", end)
    bare = b"\n".join(lines)
    while b"\\\\" in bare:
        bare = bare.replace(b"\\\\", b"\\")
    if b"u001b[" in bare:
        bare = COLOUR.sub(b"", bare)
    for escaped, plain in ESCAPES:
        bare = bare.replace(escaped, plain)
    return bare, begins


ESCAPES = (
    *((b'\\"', b'"'), (b"\\'", b"'"), (b"\\/", b"/"), (b"\\t", b"\t"), (b"\\n", b" "), (b"\\u0027", b"'")),
    *((b"\\u0022", b'"'), (b"\\u003c", b"<"), (b"\\u003e", b">"), (b"\\u0026", b"&"), (b"\\u003C", b"<")),
    *((b"\\u003E", b">"), (b"\\u2019", b"\xe2\x80\x99"), (b"\\u2018", b"\xe2\x80\x98")),
)
"""How JSON and Python write what stands in patterns."""
COLOUR = re.compile(rb"\\u001b\[[0-9;]*m")


def parts(data: bytes) -> Iterator[tuple[int, int]]:
    """Where blocks of some kilobytes begin and end, whole lines each."""
    begin = 0
    while begin < len(data):
        end = data.rfind(b"\n", begin, begin + PART) + 1 or data.find(b"\n", begin) + 1 or len(data)
        yield begin, end
        begin = end


def lines_of(data: bytes, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The lines of a part, each with its offset."""
    for line in data[begin:end].split(b"\n"):
        yield begin, line
        begin += len(line) + 1


@dataclass(frozen=True, slots=True)
class Found:
    """What some bytes hold.

    `parts`: begin, end and states of each part that holds any state, since every line of an ordinary log may be one.
    `hits`: for each pattern the ends of the lines that it may match, in order; in a very long line an end nearby.
    """

    parts: list[tuple[int, int, frozenset[int]]]
    hits: dict[int, list[int]]


class Finder:
    """States and patterns in one automaton: parts first, then the lines of those parts that hold a pattern."""

    def __init__(self, chosen: Plan) -> None:
        self._states = len(chosen.states)
        self._set = set_of([*chosen.states, *chosen.patterns])

    def find(self, data: bytes) -> Found:
        """Everything in whole lines of UTF-8."""
        found: list[tuple[int, int, frozenset[int]]] = []
        hits: dict[int, list[int]] = {}
        for begin, end in parts(data):
            numbers = self._set.Match(data[begin:end])
            if not numbers:
                continue
            here = frozenset(number for number in numbers if number < self._states)
            if here:
                found.append((begin, end, here))
            if len(here) < len(numbers):
                for at, line in lines_of(data, begin, end):
                    self._in_line(line, at, hits)
        return Found(found, hits)

    def _in_line(self, line: bytes, at: int, hits: dict[int, list[int]]) -> None:
        step = NEAR // 2 if len(line) > NEAR else len(line) or 1
        for begin in range(0, len(line), step):
            end = min(len(line), begin + NEAR)
            for number in self._set.Match(line[begin:end]) or ():
                if number >= self._states:
                    hits.setdefault(number - self._states, []).append(at + end)

    def states_in(self, data: bytes, begin: int, end: int) -> dict[int, list[int]]:
        """Where the lines of a part begin that hold each state."""
        found: dict[int, list[int]] = {}
        for at, line in lines_of(data, begin, end):
            for number in self._set.Match(line) or ():
                if number < self._states:
                    found.setdefault(number, []).append(at)
        return found


@cache
def plan() -> Plan:
    """The plan of the built-in signatures."""
    return Plan()


@cache
def finder() -> Finder:
    """The finder of the built-in signatures."""
    return Finder(plan())
