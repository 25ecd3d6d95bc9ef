"""The rows of a table. Its titles stay in sight; a click on one sorts."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from doctor.exploring.table import Row, Searched
from tui.cursor_list import CursorList, cursor_keys
from tui.evidence.row_text import BEFORE, GAP, fitted, header, natural, row_text


class RowList(CursorList):
    """Rows with a cursor. What is shown of all rows is chosen outside; the cursor stays on its row."""

    HEAD = 1
    DEFAULT_CSS = "RowList { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        *cursor_keys("rows"),
        Binding("enter", "open", "Open", id="rows.open", tooltip="Open what the row speaks of"),
    ]

    @dataclass
    class Moved(Message):
        """Another row is chosen."""

        source: "RowList"
        row: Row | None

    @dataclass
    class Opened(Message):
        """The row was opened: by Enter, or by a click when it was chosen already."""

        source: "RowList"
        row: Row

    @dataclass
    class Titled(Message):
        """A column's title was clicked."""

        source: "RowList"
        column: int

    def __init__(self, *, id: str | None = None, key: Callable[[Row], Hashable] = lambda row: row.cells[:3]) -> None:
        super().__init__(id=id, name="rows")
        self.rows: Sequence[Row] = ()
        self.every = Searched(())
        self.sorted_by: int | None = None
        self.reverse = False
        self._columns: tuple[str, ...] = ()
        self._natural: list[int] = []
        self._key = key

    @property
    def row(self) -> Row | None:
        """The chosen row."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    @property
    def count(self) -> int:
        """How many rows are shown."""
        return len(self.rows)

    def key_at(self, place: int) -> Hashable:
        """What its owner knows the row by."""
        return self._key(self.rows[place])

    def lay(self, columns: tuple[str, ...], every: Sequence[Row]) -> None:
        """Take columns, and widths that fit every row, shown or not: a filter moves no column."""
        self._columns, self._natural, self.every = columns, natural(columns, every), Searched(every)

    def show(self, rows: Sequence[Row], *, empty: str = "") -> None:
        """Show these rows; the cursor stays on its row where that is among them."""
        key, height = self._key(self.row) if self.row else None, self.height_of_cursor
        self.rows, self.empty = rows, empty
        self.renew(self.place_of(key) or None, height)  # a list that is read from its beginning stays there
        self.moved()

    # ---- keys and mouse

    def moved(self) -> None:
        """The row in full follows."""
        self.post_message(self.Moved(self, self.row))

    def action_open(self) -> None:
        """Open the chosen row."""
        if self.row is not None:
            self.post_message(self.Opened(self, self.row))

    def clicked_head(self, x: int) -> None:
        """Sort by the column of the title."""
        left = BEFORE
        for column, width in enumerate(self._widths(self.room)):
            if left <= x < left + width + GAP:
                self.post_message(self.Titled(self, column))
            left += width + GAP

    # ---- drawing

    def draw_head(self, y: int, width: int) -> Strip:  # noqa: ARG002 # there is one
        """The titles."""
        titles = header(self._columns, self._widths(width), self.sorted_by, reverse=self.reverse)
        return self.strip(titles, width)

    def draw(self, place: int, width: int) -> Strip:
        """One row."""
        is_chosen = place == self.cursor
        text = row_text(self.rows[place], self._widths(width), chosen=is_chosen)
        return self.strip(self.lit(text, width) if is_chosen else text, width)

    def _widths(self, width: int) -> list[int]:
        return fitted(self._natural, width) if self._natural else []
