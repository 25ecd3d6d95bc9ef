"""Where in raw bytes a signature may match: all patterns, widened, in one automaton that runs at memory speed.

A widened pattern matches wherever the pattern does, and elsewhere too: it looks at bytes as they stand in the file,
where a prefix still stands before the message and a character may be several bytes, and bounds of repetition cost
states. What it finds is looked at again by the real patterns. Text inside JSON is searched once more with its escapes
taken off.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined] # the library's own: none other reads its dialect
from typing import TYPE_CHECKING, Any, Protocol

from checks.logs.signature import Role, signatures

if TYPE_CHECKING:
    import re2

TELLING = 12  # plain characters in a row that are hardly ever met by chance
MOST_REPEATS = 3  # the least number of repetitions that is still asked for
NEW_LINE = 10
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

_LETTERS = frozenset(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\\"))
_ASCII = frozenset(range(128)) - {NEW_LINE}
_CATEGORIES = {
    sre.CATEGORY_DIGIT: frozenset(range(48, 58)),
    sre.CATEGORY_SPACE: frozenset((9, 11, 12, 13, 32)),
    sre.CATEGORY_WORD: frozenset(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")),
}
_NEGATED = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
}


def widened(pattern: str) -> str:
    """A pattern over bytes without anchors, groups, trailing repetition; it matches at least where `pattern` does.

    Raises re.error for syntax that Python's parser does not know.
    """
    parsed = _parser.parse(_moved_flags(pattern.replace(r"\z", r"\Z")), re.ASCII)
    return _sequence(_telling(_trimmed(list(parsed))), bool(parsed.state.flags & re.IGNORECASE))


def _telling(items: list[Any]) -> list[Any]:
    """The longest run of plain characters where it is long enough to tell; otherwise everything."""
    runs: list[list[Any]] = [[]]
    for item in items:
        if item[0] is sre.LITERAL and item[1] < 128:
            runs[-1].append(item)
        elif runs[-1]:
            runs.append([])
    longest = max(runs, key=len)
    return longest if len(longest) >= TELLING else items


def _moved_flags(pattern: str) -> str:
    """`a(?i)b`, which RE2 allows, as `(?i)ab`, which matches more."""
    flags = "".join(found[1] for found in re.finditer(r"(?<!\\)\(\?([imsU]+)\)", pattern))
    bare = re.sub(r"(?<!\\)\(\?[imsU]+\)", "", pattern)
    return f"(?i){bare}" if "i" in flags else bare


def _trimmed(items: list[Any]) -> list[Any]:
    """Without what may be missing at both ends; repetition there is needed once only."""
    for end in (0, -1):
        while items:
            operation, argument = items[end]
            if operation is sre.AT:
                del items[end]
            elif operation in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
                least, _, inner = argument
                if least == 0:
                    del items[end]
                    continue
                items[end] = (sre.MAX_REPEAT, (least, least, inner))
                break
            elif operation is sre.SUBPATTERN and not (argument[1] or argument[2]):
                inner = _trimmed(list(argument[3]))
                items[end : end + 1 or None] = inner
                if inner:
                    break
            else:
                break
    return items


def _sequence(items: Sequence[Any], fold: bool) -> str:
    return "".join(_one(operation, argument, fold) for operation, argument in items)


def _one(operation: Any, argument: Any, fold: bool) -> str:
    if operation in {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN}:
        return _characters(*_members(operation, argument, fold))
    if operation is sre.BRANCH:
        return "(?:" + "|".join(_sequence(branch, fold) for branch in argument[1]) + ")"
    if operation is sre.SUBPATTERN:
        _, added, removed, inner = argument
        return f"(?:{_sequence(inner, (fold or bool(added & re.IGNORECASE)) and not removed & re.IGNORECASE)})"
    if operation in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
        least, most, inner = argument
        return _repeated(least, most, inner, fold)
    if operation is sre.AT:
        return ""
    raise re.error(f"{operation} cannot be widened")


def _repeated(least: int, most: Any, inner: Any, fold: bool) -> str:
    body = _sequence(inner, fold)
    if len(inner) == 1 and inner[0][0] in {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN} and most > 1:
        members, others = _members(inner[0][0], inner[0][1], fold)
        body = _class(members, others) if members >= _LETTERS else body
    if not body:
        return ""
    least = min(least, MOST_REPEATS)
    if most == 1:
        return f"(?:{body})?" if least == 0 else body
    bound = {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    return f"(?:{body}){bound if most > least else f'{{{least}}}' if least > 1 else ''}"


def _members(operation: Any, argument: Any, fold: bool) -> tuple[frozenset[int], bool]:
    """The ASCII characters that it matches, and whether it matches others too."""
    if operation is sre.ANY:
        return _ASCII, True
    if operation is sre.NOT_LITERAL:
        members = _ASCII - _folded({argument}, fold)
        return members, True
    if operation is sre.LITERAL:
        return (_folded({argument}, fold), False) if argument < 128 else (frozenset(), True)
    listed: set[int] = set()
    others, negated = False, False
    for kind, value in argument:
        if kind is sre.NEGATE:
            negated = True
        elif kind is sre.LITERAL:
            listed.add(value)
        elif kind is sre.RANGE:
            listed |= set(range(value[0], min(value[1], 127) + 1))
            others = others or value[1] > 127
        elif kind is sre.CATEGORY and value in _CATEGORIES:
            listed |= _CATEGORIES[value]
        elif kind is sre.CATEGORY and value in _NEGATED:
            listed |= _ASCII - _CATEGORIES[_NEGATED[value]]
            others = True
        else:
            raise re.error(f"{kind} {value} cannot be widened")
    others = others or any(value > 127 for value in listed)
    plain = _folded({value for value in listed if value < 128}, fold)
    return (_ASCII - plain, True) if negated else (plain - {NEW_LINE}, others)


def _folded(members: set[int], fold: bool) -> frozenset[int]:
    if not fold:
        return frozenset(members)
    return frozenset(
        ord(case) for value in members for case in (chr(value).lower(), chr(value).upper()) if ord(case) < 128
    )


def _characters(members: frozenset[int], others: bool) -> str:
    """One character of these; of those beyond ASCII, in UTF-8 or as the code that JSON writes."""
    ways = [_class(members, False)] if members else []
    ways += [r"[\x80-\xff]{1,4}", r"\\u[0-9a-fA-F]{4}"] if others else []
    if not ways:
        raise re.error("matches nothing")
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _class(members: frozenset[int], others: bool) -> str:
    """A class of bytes."""
    codes = sorted(members)
    if len(codes) == 1 and not others:
        return chr(codes[0]) if chr(codes[0]).isalnum() else f"\\x{codes[0]:02x}"
    parts, begin = [], 0
    for at in range(1, len(codes) + 1):
        if at == len(codes) or codes[at] != codes[at - 1] + 1:
            first, last = codes[begin], codes[at - 1]
            parts.append(f"\\x{first:02x}" if first == last else f"\\x{first:02x}-\\x{last:02x}")
            begin = at
    if others:
        parts.append(r"\x80-\xff")
    return f"[{''.join(parts)}]"


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
    """All patterns in one pass, vectorised. `once`: each is told once a search."""

    def __init__(self, patterns: Sequence[str], *, once: bool = False) -> None:
        import hyperscan

        self._base = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._base.compile(
            expressions=[pattern.encode() for pattern in patterns],
            ids=list(range(len(patterns))),
            flags=[hyperscan.HS_FLAG_SINGLEMATCH if once else 0] * len(patterns),
        )

    def find(self, data: bytes, found: Sequence[Callable[[int], None]]) -> None:
        """See Finder."""
        self._base.scan(data, match_event_handler=lambda number, _, end, *_more: found[number](end))

    def find_any(self, data: bytes, found: set[int]) -> None:
        """Add the numbers of the patterns that match somewhere."""
        self._base.scan(data, match_event_handler=lambda number, *_more: found.add(number))


def _set_of(patterns: Sequence[str]) -> "re2._Set":
    import re2

    from checks.logs.matcher import options

    chosen = options()
    chosen.encoding = re2.Options.Encoding.LATIN1
    made = re2.Set.SearchSet(chosen)
    for pattern in patterns:
        made.Add(pattern)
    made.Compile()
    return made


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
        self._set = _set_of(patterns)

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
        self._set = _set_of(patterns)
        self._any: Hyperscan | None = None
        self._every: Hyperscan | None = None
        self._number = len(patterns)
        try:
            self._any, self._every = Hyperscan(patterns, once=True), Hyperscan(patterns)
        except ImportError:
            return

    def search(self, data: bytes) -> list[tuple[int, int, frozenset[int]]]:
        """Begin, end and states of each part that holds any."""
        found: list[tuple[int, int, frozenset[int]]] = []
        for begin, end in parts(data):
            part, here = data[begin:end], set[int]()
            if self._any:
                self._any.find_any(part, here)
            else:
                here.update(self._set.Match(part) or ())
            if here:
                found.append((begin, end, frozenset(here)))
        return found

    def in_part(self, data: bytes, begin: int, end: int) -> dict[int, list[int]]:
        """Where the lines begin that hold each state."""
        if self._every:
            ends: list[list[int]] = [[] for _ in range(self._number)]
            self._every.find(data[begin:end], [one.append for one in ends])
            return {
                number: sorted({data.rfind(b"\n", 0, begin + at) + 1 for at in places})
                for number, places in enumerate(ends)
                if places
            }
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
