"""What the list of targets is made of, without a widget: rows in sections, and the lines that are shown of them."""

import os
import textwrap
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from doctor.states import Standing
from tui.targets.fitting import Index
from tui.targets.gone import told
from tui.targets.ordering import Order

if TYPE_CHECKING:
    from doctor.diagnosis.call import Call

SECTIONS = ("recent", "files", "containers", "clusters", "elsewhere", "saved")
RECENT = frozenset({"recent", "elsewhere"})
MOST_SHOWN = 300  # rows that fit a filter
MOST_RECENT = 5  # what there is stands below them, and is to be seen at the start


@dataclass(frozen=True, slots=True)
class Row:
    """One target, or what leads to some (`opens`: whether it is open), or a remark on what cannot be reached.

    `key` stays the same while the state changes. `where` tells apart rows of one name; it is shown where the rows
    around do not say it. `since` is in seconds since 1970. `again` is the section or node that is asked once more when
    somebody opens a remark.
    """

    key: str
    kind: str
    name: str
    standing: Standing = Standing()  # noqa: RUF009 # it is frozen
    since: float | None = None
    call: "Call | None" = None
    where: str = ""
    depth: int = 0
    opens: bool | None = None
    remark: str = ""
    again: str = ""

    @property
    def is_recent(self) -> bool:
        """Whether it is here because it was diagnosed before."""
        return self.key.startswith("recent:")

    @property
    def text(self) -> str:
        """What a filter looks at besides the name."""
        return f"{self.kind} {self.where} {self.standing.words}".lower()


@dataclass(frozen=True)
class Section:
    """Rows of one source, under a title; `note` stands beside it: how many, since when, what was passed over."""

    title: str
    rows: tuple[Row, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line on the screen: of a row, of a heading (`row` is None), or a further line of a remark (`part` > 0)."""

    row: Row | None
    text: str = ""
    note: str = ""
    part: int = 0


@dataclass
class Listing:
    """All sections, and the words that filter them.

    `typed` is the target that these words are when they are taken in full; `meant`: that is surely how they are meant.
    """

    sections: dict[str, Section] = field(default_factory=dict)
    typed: Row | None = None
    query: str = ""
    meant: bool = False
    order: Order = field(default_factory=Order)
    _index: Index[Row] | None = None

    def put(self, key: str, section: Section) -> bool:
        """Take the rows of a source; False where they are those that were there."""
        if self.sections.get(key) == section:
            return False
        self.sections[key] = section
        self._index = None
        return True

    def lines(self, width: int) -> list[Line]:
        """What is to be shown, `width` cells wide."""
        return list(self._filtered() if self.query.strip() else self._all(width))

    def rows(self) -> Iterator[Row]:
        """Every row, in the order of the sections."""
        for key in SECTIONS:
            if key in self.sections:
                yield from self._rows_of(key)

    def _rows_of(self, key: str) -> tuple[Row, ...]:
        """The rows of a section."""
        rows = self.sections[key].rows
        return told(rows, self.sections["containers"].rows) if key in RECENT and "containers" in self.sections else rows

    def _all(self, width: int) -> Iterator[Line]:
        for key in SECTIONS:
            section = self.sections.get(key)
            if section is None or (key in {*RECENT, "saved"} and not section.rows and not section.note):
                continue
            rows, note = self._rows_of(key), section.note
            if key in RECENT and len(rows) > MOST_RECENT:
                rows = (*rows[:MOST_RECENT], *(row for row in rows[MOST_RECENT:] if row.remark))
                note = f"the last {MOST_RECENT} of {len(section.rows)}; / finds the others"
            yield Line(None, section.title, note)
            for row in self.order.arranged(rows):
                yield from lines_of(row, width)

    def _filtered(self) -> Iterator[Line]:
        """The best first, in one list: whoever types wants to press Enter next."""
        if self._index is None:
            self._index = Index(_once(row for row in self.rows() if not row.remark))
        found = self._index.best(self.query)
        typed = [Line(self.typed)] if self.typed else []
        if self.meant or not found:
            yield from typed
            typed = []
        note = f"the best {MOST_SHOWN} of them" if len(found) > MOST_SHOWN else ""
        yield Line(None, f"{len(found):,} fit" if found else "Nothing in the list fits", note)
        for row in found[:MOST_SHOWN]:
            yield Line(replace(row, depth=0))
        yield from typed


def _once(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows without files that were diagnosed lately: the row of that call stands there, and says how it ended."""
    recent = set[tuple[str, str]]()
    for row in rows:
        if row.is_recent:
            recent |= _alone(row)
        if not row.key.startswith("file:") or not recent & _alone(row):
            yield row


def _alone(row: Row) -> set[tuple[str, str]]:
    """The kind and whole path of a row that asks for a file and nothing else; none for a file that names another."""
    call = row.call
    if (
        call is None
        or Path(row.name).name != Path(call.name).name
        or call != type(call)(kind=call.kind, name=call.name)
    ):
        return set()
    return {(call.kind, os.path.abspath(call.name))}  # noqa: PTH100 # asks no disk; links stay


def lines_of(row: Row, width: int) -> Iterator[Line]:
    """One line, or as many as a remark takes."""
    if not row.remark:
        yield Line(row)
        return
    room = max(20, width - 3 - 2 * row.depth)
    for part, text in enumerate(textwrap.wrap(row.remark, room) or [""]):
        yield Line(row, text, part=part)


def age(since: float | None, now: float | None = None) -> str:
    """`4s`, `12m`, `5h`, `3d`, as kubectl writes it."""
    if since is None:
        return ""
    seconds = max(0.0, (time.time() if now is None else now) - since)
    for unit, one, least in (("d", 86400, 2), ("h", 3600, 2), ("m", 60, 1)):
        if seconds >= least * one:
            return f"{int(seconds / one)}{unit}"
    return f"{int(seconds)}s"


def size(count: int) -> str:
    """`3.4 MB`."""
    if count < 1000:
        return f"{count} B"
    unit, one = next(((unit, one) for unit, one in (("kB", 1e3), ("MB", 1e6)) if count < one * 999.5), ("GB", 1e9))
    amount = count / one
    return f"{amount:.1f} {unit}" if amount < 99.5 else f"{amount:.0f} {unit}"


def counted(rows: Iterable[Row], word: str) -> str:
    """`4 containers, 1 not well`."""
    some = list(rows)
    bad = sum(row.standing.level == "bad" for row in some)
    name = word if len(some) == 1 else f"{word}s"
    return f"{len(some):,} {name}" + (f", {bad:,} not well" if bad else "") if some else f"no {name}"
