"""All patterns at once: RE2 runs them as one automaton, in time linear in the text whatever the text is."""

from collections.abc import Iterable, Mapping
from functools import cache

import re2

from checks.logs.index import Entry, Pattern, entries, every, possible
from checks.logs.signature import Signature

MEMORY = 256 << 20  # bytes the automaton may use; RE2 falls back to a slower walk, never to backtracking
BUDGET = 1 << 16  # characters of logs that can be searched for literals in the time that it takes to compile everything
A_LOG = 1 << 12  # characters for which any log, however short, counts


def options() -> re2.Options:
    """What every pattern is compiled with."""
    chosen = re2.Options()
    chosen.max_mem = MEMORY
    chosen.log_errors = False
    return chosen


def set_of(patterns: Iterable[str]) -> "re2._Set":
    """An automaton over bytes that tells which of the patterns match somewhere."""
    chosen = options()
    chosen.encoding = re2.Options.Encoding.LATIN1
    made = re2.Set.SearchSet(chosen)
    for pattern in patterns:
        made.Add(pattern)
    made.Compile()
    return made


class Matcher:
    """Finds which signatures match a line, and what their groups hold.

    One automaton tells what each line may match; only those patterns are tried one by one.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = list(patterns)
        widths: dict[str, list[int]] = {}
        for number, pattern in enumerate(self._patterns):
            widths.setdefault(pattern.wide, []).append(number)
        self._numbers = list(widths.values())
        self._set = set_of(widths)

    @classmethod
    def of(cls, known: Iterable[Signature]) -> "Matcher":
        """The matcher of some signatures."""
        return cls(every(map(Entry.of, known)))

    def match(self, text: str) -> list[tuple[Signature, Mapping[str, str]]]:
        """The signatures that match somewhere in the text, each once, with the fields of its first matching pattern."""
        found: dict[str, tuple[Signature, Mapping[str, str]]] = {}
        near = self._set.Match(text.encode("utf-8", "replace")) or ()
        for number in sorted(number for one in near for number in self._numbers[one]):
            pattern = self._patterns[number]
            name = pattern.entry.row.id
            if name not in found and (fields := search(pattern.text, text)) is not None:
                found[name] = (pattern.entry.signature, fields)
        return list(found.values())


@cache
def compiled(pattern: str) -> "re2._Regexp[str]":
    """One pattern, compiled once."""
    return re2.compile(pattern, options())


def search(pattern: str, text: str) -> Mapping[str, str] | None:
    """The named groups that hold something in the first match, None without a match."""
    found = compiled(pattern).search(text)
    return {name: value for name, value in found.groupdict().items() if value} if found else None


@cache
def built_in() -> Matcher:
    """The matcher of all built-in signatures."""
    return Matcher(every(entries()))


class Choice:
    """Which matcher serves a log: one of the signatures that it can match at all, or one of all.

    The first takes time for each log, and the more the longer it is, the second a good while once.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget

    def matcher(self, texts: Iterable[str]) -> Matcher:
        """The matcher for the lines of one log. What it finds in them is what that of all signatures finds."""
        text = "\n".join(dict.fromkeys(texts))  # a service that starts again and again repeats itself
        self._left -= len(text) + A_LOG
        return built_in() if self._left < 0 else Matcher(possible(text))
