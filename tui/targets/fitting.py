"""Which rows fit what was typed, the best first. Ten thousand rows take some milliseconds, whatever is typed."""

import re
from collections.abc import Iterable
from operator import itemgetter
from typing import Generic, Protocol, TypeVar


class Searched(Protocol):
    """What a row has for this."""

    @property
    def name(self) -> str:
        """What the person sees of it first."""

    @property
    def text(self) -> str:
        """What else may be looked for, in small letters."""


Row = TypeVar("Row", bound=Searched)
Entry = tuple[str, str, Row]


class Index(Generic[Row]):
    """Rows that are searched again and again: with every letter that is typed."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._entries = [(row.name.lower(), row.text, row) for row in rows]
        self._before = ""
        self._left = self._entries

    def best(self, query: str) -> list[Row]:
        """The rows that hold every word of the query, in their name or beside it, the best first.

        A word may leave letters out (`mdl` fits `model`); what holds it as it is goes first. Among equals the order
        stays. What does not fit the beginning of a query does not fit the whole.
        """
        entries = self._left if self._before and query.startswith(self._before) else self._entries
        scores = [0] * len(entries)
        for word in query.lower().split():
            entries, scores = _narrowed(word, entries, scores)
        self._before, self._left = query, entries
        pairs = sorted(zip(scores, entries, strict=True), key=itemgetter(0), reverse=True)
        return [entry[2] for _, entry in pairs]


def _narrowed(word: str, entries: "list[Entry[Row]]", scores: list[int]) -> "tuple[list[Entry[Row]], list[int]]":
    """The entries that hold a word, and their scores with it."""
    length = len(word)
    fits = length <= max((len(entry[0]) for entry in entries), default=0)  # else no letters can have been left out
    gaps = (f"(?>.*?{re.escape(letter)})" for letter in (word if fits else ()))  # atomic: it never goes back
    gapped = re.compile("".join(gaps)).match
    kept: list[Entry[Row]] = []
    added: list[int] = []
    for entry, score in zip(entries, scores, strict=True):
        name = entry[0]
        if word in name:
            at = name.find(word)
            begins = at == 0 or not name[at - 1].isalnum()
            more = 150 if begins and at + length == len(name) else 130 if begins else 100
            more += 30 if at == 0 else 10 if name[at - 1] == "/" else 0
        elif word in entry[1]:
            more = 60
        elif fits and (found := gapped(name)) is not None:
            more = max(5, 50 - 2 * (found.end() - name.find(word[0]) - length))
        else:
            continue
        kept.append(entry)
        added.append(score + more)
    return kept, added


def marks(query: str, name: str) -> list[tuple[int, int]]:
    """The parts of a name that hold words of the query as they are, to be shown."""
    lower = name.lower()
    found = ((lower.find(word), len(word)) for word in query.lower().split())
    return [(at, at + length) for at, length in found if at >= 0] if len(lower) == len(name) else []
