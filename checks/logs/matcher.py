"""All patterns at once: RE2 runs them as one automaton, in time linear in the text whatever the text is."""

from collections.abc import Iterable, Mapping
from functools import cache

import re2

from checks.logs.signature import Signature, signatures

MEMORY = 256 << 20  # bytes the automaton may use; RE2 falls back to a slower walk, never to backtracking


def options() -> re2.Options:
    """What every pattern is compiled with."""
    chosen = re2.Options()
    chosen.max_mem = MEMORY
    chosen.log_errors = False
    return chosen


class Matcher:
    """Finds which signatures match a line, and what their groups hold."""

    def __init__(self, known: Iterable[Signature]) -> None:
        self._set = re2.Set.SearchSet(options())
        self._owners: list[tuple[Signature, str]] = []
        for signature in known:
            for pattern in signature.match:
                self._set.Add(pattern)
                self._owners.append((signature, pattern))
        self._set.Compile()

    def match(self, text: str) -> list[tuple[Signature, Mapping[str, str]]]:
        """The signatures that match somewhere in the text, each once, with the fields of its first matching pattern."""
        found: dict[str, tuple[Signature, Mapping[str, str]]] = {}
        for number in sorted(self._set.Match(text) or ()):
            signature, pattern = self._owners[number]
            if signature.id not in found:
                found[signature.id] = (signature, search(pattern, text) or {})
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
    return Matcher(signatures())
