"""Which signatures a text may match, told before they are read: reading and compiling all of them takes half a second.

literals.jsonl holds, for each entry of `signatures/`, the texts of which one must stand in a log for a pattern to
match. It is derived, and never believed of an entry that was changed since: such an entry is read, whatever the log
says. So it saves time, and changes no result.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pkgutil import get_data
from zlib import crc32

import msgspec

from checks.logs.signature import AREAS, Signature, entries_of, parse


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What is known of an entry unread.

    `digest` is that of its text. `told` is Signature.is_told. `literals` are, of each pattern, the texts of which any
    match holds at least one, in lower case (`str.casefold`).
    """

    digest: int
    id: str
    told: bool
    literals: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Entry:
    """An entry of a file of `signatures/`, read when it is needed. `row` is None when it was changed."""

    area: str
    text: bytes
    row: Row | None

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """What it holds: one, unless the file is being written."""
        return parse(self.text.decode("utf-8"), self.area)

    @property
    def told(self) -> tuple[str, ...]:
        """Ids of what it holds and tells of."""
        if self.row:
            return (self.row.id,) * self.row.told
        return tuple(one.id for one in self.signatures if one.is_told)


def digest(text: bytes) -> int:
    """Tells whether an entry was changed."""
    return crc32(text)


@cache
def entries() -> tuple[Entry, ...]:
    """All entries, in the order of `signatures()`."""
    known = msgspec.json.Decoder(Row).decode_lines(get_data("checks.logs", "literals.jsonl") or b"")
    rows = {row.digest: row for row in known}
    return tuple(Entry(area, text, rows.get(digest(text))) for area in AREAS for text in entries_of(area))


def possible(text: str) -> Iterator[tuple[Signature, str]]:
    """The signatures that may match in a text, each with every pattern of its that may, in their order."""
    folded = text.casefold()
    for entry in entries():
        if entry.row is None:
            yield from ((one, pattern) for one in entry.signatures for pattern in one.match)
            continue
        for number, ways in enumerate(entry.row.literals):
            for way in ways:
                if way in folded:
                    (one,) = entry.signatures
                    yield one, one.match[number]
                    break


@cache
def told() -> tuple[str, ...]:
    """Ids of the signatures that are told of (`Signature.is_told`)."""
    return tuple(name for entry in entries() for name in entry.told)


@cache
def signature(id: str) -> Signature:
    """The built-in signature of that id (without the family). Raises StopIteration when there is none."""
    alike = (entry for entry in entries() if entry.row is None or entry.row.id == id)
    return next(one for entry in alike for one in entry.signatures if one.id == id)
