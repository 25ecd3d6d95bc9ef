"""Which rows fit what was typed, the best first. Ten thousand rows take some milliseconds, whatever is typed."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar


class Searched(Protocol):
    """What a row has for this."""

    @property
    def name(self) -> str:
        """What the person sees of it first."""

    @property
    def text(self) -> str:
        """What else may be looked for, in small letters."""


Row = TypeVar("Row", bound=Searched)


def best(query: str, rows: Sequence[Row]) -> list[Row]:
    """The rows that hold every word of the query, in their name or beside it, the best first.

    A word may leave letters out (`mdl` fits `model`); what holds it as it is goes first. Among equals the order stays.
    """
    words = [(word, _gapped(word)) for word in query.lower().split()]
    scored = [(score, row) for row in rows if (score := _score(words, row))]
    scored.sort(key=lambda pair: -pair[0])
    return [row for _, row in scored]


def _gapped(word: str) -> "re.Pattern[str]":
    """The letters of a word in their order, as near to each other as a first look finds them."""
    return re.compile(".*?".join(map(re.escape, word)))


def _score(words: "Sequence[tuple[str, re.Pattern[str]]]", row: Searched) -> int:
    """0 where a word is missing."""
    name = row.name.lower()
    total = 0
    for word, gapped in words:
        at = name.find(word)
        if at >= 0:
            begins = at == 0 or not name[at - 1].isalnum()
            ends = at + len(word) == len(name)
            total += 100 + 30 * begins + 20 * ends + (30 if begins and ends and at == 0 else 0)
        elif word in row.text:
            total += 60
        elif (found := gapped.search(name)) is not None:
            total += max(5, 50 - 2 * (found.end() - found.start() - len(word)))
        else:
            return 0
    return total


def marks(query: str, name: str) -> list[tuple[int, int]]:
    """The parts of a name that hold words of the query as they are, to be shown."""
    lower = name.lower()
    found = ((lower.find(word), len(word)) for word in query.lower().split())
    return [(at, at + length) for at, length in found if at >= 0] if len(lower) == len(name) else []
