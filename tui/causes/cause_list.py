"""The list of what was found, with folds."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from checks.finding import Finding, Severity
from tui.causes.row_text import ROOMY, row_text
from tui.causes.rows import Row, ancestors, visible
from tui.cursor_list import CursorList, cursor_keys


class CauseList(CursorList):
    """Rows with a cursor and folds. Both are kept by the rows' keys, and the cursor by target."""

    jump_key = "l"
    BINDINGS: ClassVar[list[BindingType]] = [
        *cursor_keys("causes"),
        Binding("enter,space", "open", "Open", id="causes.open", tooltip="Fold or unfold; else read the detail"),
        Binding("left", "fold", "Fold", show=False, id="causes.fold", tooltip="Fold, or go to the row above it all"),
        Binding("right", "unfold", "Unfold", show=False, id="causes.unfold", tooltip="Unfold, or read the detail"),
    ]

    @dataclass
    class Moved(Message):
        """Another row is highlighted."""

        row: Row | None

    @dataclass
    class Opened(Message):
        """A row without others below it was opened."""

        row: Row

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = "causes"
        self.rows: list[Row] = []
        self.shown: list[int] = []
        self.words = ""
        self.folds: dict[str, bool] = {}
        self._target = ""
        self._places: dict[str, tuple[str, int]] = {}

    @property
    def row(self) -> Row | None:
        """The highlighted row."""
        return self._row_at(self.cursor) if self.cursor < self.count else None

    def _row_at(self, place: int) -> Row:
        return self.rows[self.shown[place]]

    # ---- what is shown

    @property
    def count(self) -> int:
        """How many rows neither a fold nor the filter hides."""
        return len(self.shown)

    def key_at(self, place: int) -> str:
        """The row's key."""
        return self._row_at(place).key

    def first(self) -> int:
        """On the first finding that matters, else on the verdict: it tells what was tried."""
        found = ((place, self._row_at(place).finding) for place in range(self.count))
        return next((place for place, one in found if one and one.gravity is not Severity.INFO), 0)

    def moved(self) -> None:
        """The detail follows."""
        title = f"rows with: {self.words}" if self.words else "causes"
        if self.border_title != title:  # drawn anew at every change
            self.border_title = title
        self.post_message(self.Moved(self.row))

    def show(self, rows: list[Row], target: str) -> None:
        """Show the rows of a target; its cursor stays on the row it was on, at the same height."""
        self._keep()
        self.rows, self._target = rows, target
        self._choose(*self._places.get(target, ("", 0)))

    def filter(self, words: str) -> None:
        """Show only the rows that have all these words, and what they belong to; no words show all."""
        key = self.row.key if self.row else ""
        self.words = words
        self._choose(key, 0)

    def _keep(self) -> None:
        if not self.is_moved:
            self._places.pop(self._target, None)
        elif self.row is not None:
            self._places[self._target] = self.row.key, self.height_of_cursor
            if not self.words:  # where somebody stands stays as open as it is, however many symptoms come or go
                at = self.shown[self.cursor]
                self.folds |= {self.rows[above].key: True for above in ancestors(self.rows, at)}
                self.folds |= {self.row.key: self.is_open(self.row)} if self.row.below else {}

    def _choose(self, key: str, height: int) -> None:
        """Choose what shows, and put the cursor on the row of that key, `height` rows below the upper edge."""
        self.shown = visible(self.rows, self.folds, self.words)
        self.empty = "no row has these words" if self.words else ""
        place = self.place_of(key)
        self.is_moved = place is not None and (self.is_moved or place != self.first())
        self.renew(place, height)
        self.moved()

    def reveal(self, finding: Finding) -> None:
        """Put the cursor on a finding, unfolding what hides it."""
        index = next((i for i, row in enumerate(self.rows) if row.finding is finding), None)
        if index is None:
            return
        self.folds |= {self.rows[above].key: True for above in ancestors(self.rows, index)}
        self.words = self.words if index in self.shown else ""
        self._choose(self.rows[index].key, self.size.height // 2)

    # ---- folding

    def is_open(self, row: Row) -> bool:
        """Whether what belongs to the row shows."""
        return bool(self.words) or self.folds.get(row.key, row.is_open)

    def _fold(self, row: Row, *, is_open: bool) -> None:
        if self.words:  # a filter shows what it finds, folded or not
            return
        self.folds[row.key] = is_open
        self._choose(row.key, self.height_of_cursor)

    def action_open(self) -> None:
        """Fold or unfold the row; one that has nothing below it is opened."""
        row = self.row
        if row is not None and row.below and not self.words:
            self._fold(row, is_open=not self.is_open(row))
        elif row is not None:
            self.post_message(self.Opened(row))

    def action_unfold(self) -> None:
        """Unfold the row, or open it."""
        row = self.row
        if row is not None and row.below and not self.is_open(row):
            self._fold(row, is_open=True)
        elif row is not None:
            self.post_message(self.Opened(row))

    def action_fold(self) -> None:
        """Fold the row, or go to the one it belongs to."""
        row = self.row
        if row is None:
            return
        if row.below and self.is_open(row) and not self.words:
            self._fold(row, is_open=False)
        elif row.parent >= 0:
            self.go(self.shown.index(row.parent))

    def clicked(self, place: int, x: int) -> None:
        """A click chooses a row; on its triangle, or once it is chosen, it opens the row."""
        was = place == self.cursor
        self.go(place)
        if was or (self.row and self.row.below and x <= 2 * self.row.depth + 2):
            self.action_open()

    # ---- drawing

    @property
    def room(self) -> int:
        """A roomy row ends with a blank, and the scrollbar may stand on that."""
        return self.size.width if self.size.width >= ROOMY else super().room

    def draw(self, place: int, width: int) -> Strip:
        """One row."""
        row, is_chosen = self._row_at(place), place == self.cursor
        text = row_text(row, width, is_open=self.is_open(row) if row.below else None, is_chosen=is_chosen)
        return self.strip(self.lit(text, width) if is_chosen else text, width)
