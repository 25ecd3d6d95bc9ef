"""What must stand somewhere for a pattern to match; `python -m doctor.derive` writes it to index.jsonl.

Taken from widened patterns: what the automaton of all of them finds is never missed.
"""

from collections.abc import Iterator, Sequence
from re import _constants as sre  # type: ignore[attr-defined,unused-ignore]
from re import _parser  # type: ignore[attr-defined,unused-ignore] # as in widening.py
from typing import Any

import msgspec

from checks.logs.index import Row, digest
from checks.logs.signature import AREAS, Signature, entries_of, parse
from checks.logs.widening import widened

LONG_ENOUGH = 12  # characters; of two texts as long as that, the one with fewer ways counts
MOST_WAYS = 24  # texts of which one must stand there

Ways = tuple[str, ...]


def needed(pattern: str) -> str | Ways:
    """The pattern widened, as a row of the index holds it (`Row.patterns`); "" is in every text, where none is sure."""
    wide = widened(pattern)
    items = list(_parser.parse(wide))
    if all(operation is sre.LITERAL and argument < 128 for operation, argument in items):
        return "".join(chr(argument) for _, argument in items)
    return (wide, *(_best(items) or ("",)))


def row_of(one: Signature, text: bytes = b"") -> Row:
    """The row of a signature. `text` is its entry."""
    return Row(digest(text), one.id, one.is_told, tuple(map(needed, one.match)))


def _best(items: Sequence[Any]) -> Ways | None:
    return max(_all(items), key=_worth, default=None)


def _worth(ways: Ways) -> tuple[int, int, int]:
    shortest = min(map(len, ways))
    return min(shortest, LONG_ENOUGH), -len(ways), shortest


def _all(items: Sequence[Any]) -> Iterator[Ways]:
    """What each part of a sequence asks for."""
    run = ""
    for operation, argument in items:
        if (character := _character(operation, argument)) is not None:
            run += character
            continue
        if run:
            yield (run,)
        run = ""
        if operation is sre.BRANCH:
            each = [_best(branch) for branch in argument[1]]
            ways = tuple(dict.fromkeys(way for one in each for way in one or ()))
            if all(each) and len(ways) <= MOST_WAYS:
                yield ways
        elif operation is sre.SUBPATTERN:
            yield from _all(argument[3])
        elif operation in {sre.MAX_REPEAT, sre.MIN_REPEAT} and argument[0]:
            yield from _all(argument[2])
    if run:
        yield (run,)


def _character(operation: Any, argument: Any) -> str | None:
    """The one ASCII character, in lower case, that this stands for; None for anything else."""
    codes = [argument] if operation is sre.LITERAL else []
    if operation is sre.IN and all(kind is sre.LITERAL for kind, _ in argument):
        codes = [code for _, code in argument]
    found = {chr(code).lower() for code in codes}
    return found.pop() if len(found) == 1 and max(codes) < 128 else None


def rows() -> Iterator[Row]:
    """A row an entry. Raises ValueError for a file that cannot be cut into entries, or two entries that look alike."""
    seen: set[int] = set()
    for area in AREAS:
        for text in entries_of(area):
            (one,) = parse(text.decode("utf-8"), area)
            row = row_of(one, text)
            if row.digest in seen:
                raise ValueError(f"{one.id}: add a word to it: another entry has the same digest")
            seen.add(row.digest)
            yield row


def derived() -> str:
    """The text of index.jsonl."""
    return "".join(f"{msgspec.json.encode(row).decode('utf-8')}\n" for row in rows())
