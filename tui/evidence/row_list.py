"""A table of any length: only the rows on the screen are drawn. Its titles stay in sight; a click on one sorts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from doctor.exploring.table import Row
from tui.evidence.row_text import BEFORE, GAP, fitted, header, natural, row_text
from tui.surviving import Surviving


class RowList(Surviving, ScrollView, can_focus=True):
    """Rows with a cursor. What is shown of all rows is chosen outside; the cursor stays on its row."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "RowList { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="rows.up", tooltip="The row above"),
        Binding("down,j", "move(1)", "Down", show=False, id="rows.down", tooltip="The row below"),
        Binding("home", "move_to(0)", "First", show=False, id="rows.first", tooltip="The first row"),
        Binding("end", "move_to(-1)", "Last", show=False, id="rows.last", tooltip="The last row"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="rows.page-up", tooltip="A page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="rows.page-down", tooltip="A page down"),
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

    def __init__(self, *, id: str | None = None, key: Callable[[Row], object] = lambda row: row.cells[:3]) -> None:
        super().__init__(id=id, name="rows")
        self.rows: Sequence[Row] = ()
        self.cursor = 0
        self.sorted_by: int | None = None
        self.reverse = False
        self.empty = ""
        self._columns: tuple[str, ...] = ()
        self._natural: list[int] = []
        self._key = key

    @property
    def row(self) -> Row | None:
        """The chosen row."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    # ---- what is shown

    def lay(self, columns: tuple[str, ...], every: Sequence[Row]) -> None:
        """Take columns, and widths that fit every row, shown or not: a filter moves no column."""
        self._columns, self._natural = columns, natural(columns, every)

    def show(self, rows: Sequence[Row], *, empty: str = "") -> None:
        """Show these rows; the cursor stays on its row where that is among them."""
        key = self._key(self.row) if self.row else None
        height = self.cursor - self.scroll_offset.y
        self.rows, self.empty = rows, empty
        place = next((n for n, row in enumerate(rows) if self._key(row) == key), None) if key is not None else None
        self.cursor = place or 0
        self.virtual_size = Size(0, len(rows) + 1)
        self.scroll_to(y=max(0, self.cursor - height) if place else 0, animate=False, immediate=True)
        self._reveal()
        self.refresh()
        self.post_message(self.Moved(self, self.row))

    # ---- moving

    def go(self, place: int) -> None:
        """Choose a row."""
        place = max(0, min(place, len(self.rows) - 1))
        if not self.rows or place == self.cursor:
            return
        before, self.cursor = self.cursor, place
        self._refresh_row(before)
        self._refresh_row(place)
        self._reveal()
        self.post_message(self.Moved(self, self.row))

    def _refresh_row(self, place: int) -> None:
        self.refresh(Region(0, place + 1 - self.scroll_offset.y, self.scrollable_content_region.width, 1))

    def _reveal(self) -> None:
        """The cursor in sight, below the titles."""
        top, rows = self.scroll_offset.y, max(1, self.size.height - 1)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True, force=True)
        elif self.cursor >= top + rows:
            self.scroll_to(y=self.cursor - rows + 1, animate=False, immediate=True, force=True)

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        self._reveal()

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.go(self.cursor + by)

    def action_move_to(self, place: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self.go(place if place >= 0 else len(self.rows) - 1)

    def action_page(self, direction: int) -> None:
        """Move the cursor by what is in sight."""
        self.go(self.cursor + direction * max(1, self.size.height - 2))

    def action_open(self) -> None:
        """Open the chosen row."""
        if self.row is not None:
            self.post_message(self.Opened(self, self.row))

    def on_click(self, event: events.Click) -> None:
        """A title sorts, a row is chosen, a chosen row is opened."""
        if event.y == 0:
            left = BEFORE
            for column, width in enumerate(
                fitted(self._natural, self.scrollable_content_region.width) if self._natural else ()
            ):
                if left <= event.x < left + width + GAP:
                    self.post_message(self.Titled(self, column))
                left += width + GAP
            return
        place = event.y - 1 + self.scroll_offset.y
        if place >= len(self.rows):
            return
        if place == self.cursor:
            self.action_open()
        self.go(place)

    # ---- drawing

    def render_line(self, y: int) -> Strip:
        """The titles, or the row at that height."""
        width, place = self.scrollable_content_region.width, y - 1 + self.scroll_offset.y
        if not self._columns:
            return Strip.blank(width, self.rich_style)
        widths = fitted(self._natural, width)
        if y == 0:
            return self._strip(header(self._columns, widths, self.sorted_by, reverse=self.reverse), width)
        if place >= len(self.rows):
            return self._strip(Content(f"    {self.empty}" if place == 0 else "").stylize("$text-muted"), width)
        chosen = place == self.cursor
        text = row_text(self.rows[place], widths, chosen=chosen)
        if chosen and self.has_focus:
            text = Content(text.plain).stylize("bold $block-cursor-foreground on $block-cursor-background")
        elif chosen:
            text = text.stylize("on $boost")
        return self._strip(text, width)

    def _strip(self, text: Content, width: int) -> Strip:
        strips = Visual.to_strips(self, text, width, 1, self.visual_style, apply_selection=False, pad=True)
        return strips[0] if strips else Strip.blank(width, self.rich_style)

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor looks different in the part that has the keys."""
        super().watch_has_focus(has_focus)
        if self.is_attached:
            self._refresh_row(self.cursor)
