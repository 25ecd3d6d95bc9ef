"""Whether patterns may match at all, found out by one search in linear time: most texts need none of them then.

From each pattern everything is taken that RE2 does not know and that only narrows it: what remains matches wherever the
pattern does. Bytes above ASCII stand for every letter, digit and space; the few of them that a pattern takes for an
ASCII letter in another case are looked for by themselves.
"""

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

_ODD = "|".join("".join(f"\\x{byte:02x}" for byte in one.encode()) for one in "\u0130\u0131\u017f\u212a")
_CLASSES = {r"\w": r"\w\x80-\xff", r"\d": r"\d\x80-\xff", r"\s": r"\s\x0b\x1c-\x1f\x80-\xff"}
_PART = re.compile(
    r"(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<escape>\\.)|(?P<look>\(\?<?[=!])|(?P<times>\{(\d+)(,\d*)?\})|(?P<any>.)",
    re.DOTALL,
)
_MOST = 64  # repetitions that are counted

Replacement = str | Callable[[re.Match[str]], str]

_LONG = 4000  # characters from which on a pattern is run near its places alone
_NEAR = 4  # lines before and behind a place; what a pattern matches, blank lines aside, is shorter


class Rules:
    """Patterns, each with what takes the place of what it finds. RE2 is loaded when a text is first searched."""

    def __init__(self, *rules: tuple[re.Pattern[str], Replacement]) -> None:
        self._rules = rules

    def may_match(self, text: str) -> bool:
        """False only where none of the patterns matches anywhere in the text."""
        return self._any.search(_bytes(text)) is not None

    def lines(self, text: str) -> set[int]:
        """The numbers of the lines, counted from 0, in which a match may lie."""
        data = _bytes(text)
        found: set[int] = set()
        line = last = 0
        for hit in self._any.finditer(data):
            begin, end = hit.span()
            line += data.count(b"\n", last, begin)
            last = begin
            found.update(range(line, line + data.count(b"\n", begin, end) + 1))
        return found

    def substituted(self, text: str) -> str:
        """What one `sub` after the other comes to; only those are run that may match."""
        left = range(len(self._rules))
        while left and self.may_match(text):
            hits = self._each.Match(_bytes(text))
            before = text
            for one in left if hits is None else (one for one in left if one in hits):  # None also where RE2 gave up
                text = _near(*self._rules[one], text)
                left = range(one + 1, len(self._rules))
                if text != before:
                    break  # now others may match
            else:
                break
        return text

    @cached_property
    def _any(self) -> Any:
        return _compiled(*(wider(pattern) for pattern, _ in self._rules))

    @cached_property
    def _each(self) -> Any:
        import re2

        found = re2.Set.SearchSet(_options())
        for pattern, _ in self._rules:
            found.Add(f"{_ODD}|{wider(pattern)}".encode())
        found.Compile()
        return found


def _near(pattern: re.Pattern[str], replacement: Replacement, text: str) -> str:
    """`pattern.sub` of a long text, run on the lines around the places where it may match."""
    if len(text) < _LONG or pattern.flags & re.DOTALL or not text.isascii():
        return pattern.sub(replacement, text)
    pieces: list[str] = []
    begin = end = done = 0
    for hit in _alone(pattern).finditer(text.encode()):
        first, last = _widened(text, *hit.span())
        if first > end:
            pieces += [text[done:begin], pattern.sub(replacement, text[begin:end])]
            begin, done = first, end
        end = last
    pieces += [text[done:begin], pattern.sub(replacement, text[begin:end]), text[end:]]
    return "".join(pieces)


def _widened(text: str, begin: int, end: int) -> tuple[int, int]:
    for _ in range(_NEAR):
        begin = max(0, text.rfind("\n", 0, begin))
        end = text.find("\n", end + 1)
        if end < 0:
            return begin, len(text)
    return begin, end


@lru_cache(maxsize=100)
def _alone(pattern: re.Pattern[str]) -> Any:
    return _compiled(wider(pattern))


def _compiled(*patterns: str) -> Any:
    import re2

    return re2.compile("|".join([_ODD, *(f"(?:{one})" for one in patterns)]).encode(), _options())


def _options() -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 << 20
    return options


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=100)
def wider(pattern: re.Pattern[str]) -> str:
    """A pattern of RE2 that is found wherever this one is."""
    flags = "".join(letter for letter, flag in (("i", re.IGNORECASE), ("s", re.DOTALL)) if pattern.flags & flag)
    source = pattern.pattern
    while source.startswith("(?") and source[2:].partition(")")[0].isalpha():
        source = source.partition(")")[2]
    return f"(?{flags}:{_plain(source)})" if flags else _plain(source)


def _plain(source: str) -> str:
    pieces: list[str] = []
    at = 0
    while at < len(source):
        part = _PART.match(source, at)
        assert part
        at = part.end()
        if part["look"]:
            start, at = at, _closing(source, at)
            if part["look"] == "(?=" and at == len(source) and not re.search(r"\\\d", source[start:at]):
                pieces.append(f"(?:{_plain(source[start : at - 1])})")  # nothing stands behind: it may as well be taken
        elif part["times"]:
            least = min(int(part[5]), _MOST)
            pieces.append(f"{{{least},}}" if least else "*")
        else:
            pieces.append(_wide(part[0], pieces))
    return "".join(pieces)


def _wide(part: str, before: list[str]) -> str:
    if part in {r"\b", r"\Z", r"\A", "^", "$"}:
        return ""
    if part in _CLASSES:
        return f"[{_CLASSES[part]}]"
    if part == "+" and before and (before[-1] in {"+", "*", "?"} or before[-1].endswith("}")):
        return ""  # it gives nothing back
    if part.startswith("[") and not part.startswith("[^"):
        return re.sub(r"\\[wds]", lambda found: _CLASSES[found[0]], part)
    return part


def _closing(source: str, at: int) -> int:
    """Behind the parenthesis that closes what begins here."""
    depth = 1
    while depth:
        part = _PART.match(source, at)
        assert part
        depth += part[0].startswith("(") - (part[0] == ")")
        at = part.end()
    return at
