"""Where in raw bytes a signature may match: all patterns, widened, in one automaton that runs at memory speed.

What it finds is looked at again by the real patterns. Bytes are searched as they stand in the file, prefixes included;
text inside JSON once more with its escapes taken off. Measured on logs of a scoring service (2 cores, 3,400 patterns):
RE2 270 to 440 MB/s, Hyperscan 340 to 490 MB/s (on text without any match 120 to 700 against 1,700 to 2,600), which
takes 0.6 s to compile where RE2 takes 0.04 s.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Protocol

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


class Finder(Protocol):
    """Tells where patterns end in some bytes."""

    def find(self, data: bytes, found: Sequence[Callable[[int], None]]) -> None:
        """Call `found[number](end)` for every match of a pattern; once a line at least, in order for each pattern."""


class Hyperscan:
    """All patterns in one pass, vectorised."""

    def __init__(self, patterns: Sequence[str]) -> None:
        import hyperscan

        self._base = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._base.compile(
            expressions=[pattern.encode() for pattern in patterns],
            ids=list(range(len(patterns))),
            flags=[0] * len(patterns),
        )

    def find(self, data: bytes, found: Sequence[Callable[[int], None]]) -> None:
        """See Finder."""
        self._base.scan(data, match_event_handler=lambda number, _, end, *_more: found[number](end))


def parts(data: bytes) -> Iterator[tuple[int, int]]:
    """Where blocks of some kilobytes begin and end, whole lines each."""
    begin = 0
    while begin < len(data):
        end = data.rfind(b"\n", begin, begin + PART) + 1 or data.find(b"\n", begin) + 1 or len(data)
        yield begin, end
        begin = end


class Re2:
    """Where Hyperscan is not to be had or not yet compiled: parts first, and the lines of those that hold something."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set = set_of(patterns)

    def find(self, data: bytes, found: Sequence[Callable[[int], None]]) -> None:
        """See Finder; an end is that of the line, or near in a long one."""
        for begin, end in parts(data):
            if self._set.Match(data[begin:end]):
                for at, line in lines_of(data, begin, end):
                    if len(line) > NEAR:
                        self._find_near(line, at, found)
                        continue
                    for number in self._set.Match(line) or ():
                        found[number](at + len(line))

    def _find_near(self, line: bytes, at: int, found: Sequence[Callable[[int], None]]) -> None:
        for begin in range(0, len(line), NEAR // 2):
            end = min(len(line), begin + NEAR)
            for number in self._set.Match(line[begin:end]) or ():
                found[number](at + end)


def lines_of(data: bytes, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The lines of a part, each with its offset."""
    for line in data[begin:end].split(b"\n"):
        yield begin, line
        begin += len(line) + 1


class States:
    """Finds states by parts, since every line of an ordinary log may be one; and in the lines of a part on request."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set = set_of(patterns)

    def search(self, data: bytes) -> list[tuple[int, int, frozenset[int]]]:
        """Begin, end and states of each part that holds any."""
        return [
            (begin, end, frozenset(here)) for begin, end in parts(data) if (here := self._set.Match(data[begin:end]))
        ]

    def in_part(self, data: bytes, begin: int, end: int) -> dict[int, list[int]]:
        """Where the lines begin that hold each state."""
        found: dict[int, list[int]] = {}
        for at, line in lines_of(data, begin, end):
            for number in self._set.Match(line) or ():
                found.setdefault(number, []).append(at)
        return found


@cache
def plan() -> Plan:
    """The plan of the built-in signatures."""
    return Plan()


@cache
def quick_finder() -> Finder:
    """One that is there at once: for logs that are read sooner than the fast one is compiled."""
    return Re2(plan().patterns)


@cache
def finder() -> Finder:
    """The fastest finder of the built-in signatures that this machine has."""
    try:
        return Hyperscan(plan().patterns)
    except ImportError:
        return quick_finder()


@cache
def states() -> States:
    """The finder of the built-in states."""
    return States(plan().states)
