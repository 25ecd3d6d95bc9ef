"""Which signatures a text may match, told before they are read: reading and compiling all of them takes half a second.

index.jsonl holds a row for each entry of `signatures/`. It is derived (`python -m doctor.derive`), and never believed
of an entry that was changed since: that one's row is made anew. So the index saves time, and changes no result.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pkgutil import get_data
from re import escape
from zlib import crc32

import msgspec

from checks.logs.signature import AREAS, Signature, entries_of, parse


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What is known of an entry unread.

    `digest` is that of its text. `told` is Signature.is_told. `patterns` are those of `match`, widened: plain text,
    which must stand there; or an expression, and after it the texts of which any match holds one, in lower case
    (`str.casefold`).
    """

    digest: int
    id: str
    told: bool
    patterns: tuple[str | tuple[str, ...], ...]


@dataclass(frozen=True)
class Entry:
    """A signature that is read when it is needed."""

    row: Row
    read: Callable[[], Signature]

    @classmethod
    def of(cls, one: Signature) -> "Entry":
        """The entry of a signature that is there."""
        from checks.logs.needs import row_of

        return cls(row_of(one), lambda: one)

    @cached_property
    def signature(self) -> Signature:
        """What it holds."""
        return self.read()


@dataclass(frozen=True)
class Pattern:
    """One pattern of a signature: `wide` as `widened` makes it, and which one it is in `match`."""

    wide: str
    entry: Entry
    number: int

    @property
    def text(self) -> str:
        """The pattern as it is written."""
        return self.entry.signature.match[self.number]


def digest(text: bytes) -> int:
    """Tells whether an entry was changed."""
    return crc32(text)


@cache
def entries() -> tuple[Entry, ...]:
    """All built-in signatures, in the order of `signatures()`."""
    known = msgspec.json.Decoder(Row).decode_lines(get_data("checks.logs", "index.jsonl") or b"")
    rows = {row.digest: row for row in known}
    return tuple(entry for area in AREAS for text in entries_of(area) for entry in _read(text, area, rows))


def _read(text: bytes, area: str, rows: dict[int, Row]) -> Iterator[Entry]:
    if row := rows.get(digest(text)):
        yield Entry(row, partial(_only, text, area))
    else:
        yield from map(Entry.of, parse(text.decode("utf-8"), area))


def _only(text: bytes, area: str) -> Signature:
    (one,) = parse(text.decode("utf-8"), area)
    return one


def every(known: Iterable[Entry]) -> Iterator[Pattern]:
    """All patterns of some signatures."""
    for entry in known:
        for number, needs in enumerate(entry.row.patterns):
            yield Pattern(escape(needs) if isinstance(needs, str) else needs[0], entry, number)


def possible(text: str) -> Iterator[Pattern]:
    """The patterns of built-in signatures that may match in a text."""
    folded = text.casefold()
    for entry in entries():
        for number, needs in enumerate(entry.row.patterns):
            if isinstance(needs, str):
                if needs in text:
                    yield Pattern(escape(needs), entry, number)
                continue
            for way in needs[1:]:
                if way in folded:
                    yield Pattern(needs[0], entry, number)
                    break


@cache
def told() -> tuple[str, ...]:
    """Ids of the signatures that are told of (`Signature.is_told`)."""
    return tuple(entry.row.id for entry in entries() if entry.row.told)


@cache
def signature(id: str) -> Signature | None:
    """The built-in signature of that id (without the family), None when there is none."""
    return next((entry.signature for entry in entries() if entry.row.id == id), None)
