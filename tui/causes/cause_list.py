"""The list of what was found: only the rows on the screen are drawn, however many there are."""

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

from checks.finding import Finding, Severity
from tui.causes.row_text import row_text
from tui.causes.rows import Row, ancestors, visible
from tui.surviving import Surviving


class CauseList(Surviving, ScrollView, can_focus=True):
    """Rows with a cursor and folds. Both are kept by the rows' keys, and the cursor by target."""

    ALLOW_SELECT = False
    jump_key = "l"
    DEFAULT_CSS = """
    CauseList { scrollbar-size-vertical: 1; overflow-x: hidden; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="causes.up", tooltip="The row above"),
        Binding("down,j", "move(1)", "Down", show=False, id="causes.down", tooltip="The row below"),
        Binding("home", "move_to(0)", "First", show=False, id="causes.first", tooltip="The first row"),
        Binding("end", "move_to(-1)", "Last", show=False, id="causes.last", tooltip="The last row"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="causes.page-up", tooltip="A page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="causes.page-down", tooltip="A page down"),
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
        self.auto_links = False  # there are none, and looking for them costs time at every line
        self.rows: list[Row] = []
        self.shown: list[int] = []
        self.cursor = 0
        self.words = ""
        self.folds: dict[str, bool] = {}
        self._target = ""
        self._by_itself = True  # nobody moved the cursor since it was put where it begins
        self._places: dict[str, tuple[str, int]] = {}

    @property
    def row(self) -> Row | None:
        """The highlighted row."""
        return self.rows[self.shown[self.cursor]] if self.cursor < len(self.shown) else None

    # ---- what is shown

    def show(self, rows: list[Row], target: str) -> None:
        """Show the rows of a target; its cursor stays on the row it was on, at the same height."""
        self._keep()
        self.rows, self._target = rows, target
        key, height = self._places.get(target, ("", 0))
        self._lay(key, height)

    def filter(self, words: str) -> None:
        """Show only the rows that have all these words, and what they belong to; no words show all."""
        key = self.row.key if self.row else ""
        self.words = words
        self._lay(key, 0)

    def _keep(self) -> None:
        if self._by_itself:
            self._places.pop(self._target, None)
        elif self.row is not None:
            self._places[self._target] = self.row.key, self.cursor - self.scroll_offset.y

    def _lay(self, key: str, height: int) -> None:
        """Choose what shows, and put the cursor on the row of that key, `height` rows below the upper edge."""
        self.shown = visible(self.rows, self.folds, self.words)
        place = next((place for place, index in enumerate(self.shown) if self.rows[index].key == key), None)
        self.cursor = self._first() if place is None else place
        self._by_itself = place is None or (self._by_itself and place == self._first())
        self.virtual_size = Size(0, len(self.shown))
        self.scroll_to(y=0 if place is None else max(0, place - height), animate=False, immediate=True)
        self.call_after_refresh(self._reveal)
        self.refresh()
        self.post_message(self.Moved(self.row))

    def _first(self) -> int:
        """Where the cursor begins: on the first finding that matters, else on the verdict: it tells what was tried."""
        found = ((place, self.rows[index].finding) for place, index in enumerate(self.shown))
        return next((place for place, one in found if one and one.gravity is not Severity.INFO), 0)

    def reveal(self, finding: Finding) -> None:
        """Put the cursor on a finding, unfolding what hides it."""
        index = next((i for i, row in enumerate(self.rows) if row.finding is finding), None)
        if index is None:
            return
        self.folds |= {self.rows[above].key: True for above in ancestors(self.rows, index)}
        self.words = self.words if index in self.shown else ""
        self._lay(self.rows[index].key, self.size.height // 2)

    # ---- moving

    def _go(self, place: int) -> None:
        place = max(0, min(place, len(self.shown) - 1))
        if place == self.cursor or not self.shown:
            return
        before, self.cursor, self._by_itself = self.cursor, place, False
        self._refresh_row(before)
        self._refresh_row(place)
        self._reveal()
        self.post_message(self.Moved(self.row))

    def _refresh_row(self, place: int) -> None:
        self.refresh(Region(0, place - self.scroll_offset.y, self.size.width, 1))

    def _reveal(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, immediate=True, force=True)

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        self._reveal()

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._go(self.cursor + by)

    def action_move_to(self, place: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self._go(place if place >= 0 else len(self.shown) - 1)

    def action_page(self, direction: int) -> None:
        """Move the cursor by what is in sight."""
        self._go(self.cursor + direction * max(1, self.size.height - 1))

    # ---- folding

    def is_open(self, row: Row) -> bool:
        """Whether what belongs to the row shows."""
        return bool(self.words) or self.folds.get(row.key, row.is_open)

    def _set(self, row: Row, *, is_open: bool) -> None:
        if self.words:  # a filter shows what it finds, folded or not
            return
        self.folds[row.key] = is_open
        self._lay(row.key, self.cursor - self.scroll_offset.y)

    def action_open(self) -> None:
        """Fold or unfold the row; one that has nothing below it is opened."""
        row = self.row
        if row is not None and row.below and not self.words:
            self._set(row, is_open=not self.is_open(row))
        elif row is not None:
            self.post_message(self.Opened(row))

    def action_unfold(self) -> None:
        """Unfold the row, or open it."""
        row = self.row
        if row is not None and row.below and not self.is_open(row):
            self._set(row, is_open=True)
        elif row is not None:
            self.post_message(self.Opened(row))

    def action_fold(self) -> None:
        """Fold the row, or go to the one it belongs to."""
        row = self.row
        if row is None:
            return
        if row.below and self.is_open(row) and not self.words:
            self._set(row, is_open=False)
        elif row.parent >= 0:
            self._go(self.shown.index(row.parent))

    def on_click(self, event: events.Click) -> None:
        """A click chooses a row; on its triangle, or once it is chosen, it opens the row."""
        offset = event.get_content_offset(self)
        place = offset.y + self.scroll_offset.y if offset else len(self.shown)
        if offset is None or place >= len(self.shown):
            return
        was = place == self.cursor
        self._go(place)
        if was or (self.row and self.row.below and offset.x <= 2 * self.row.depth + 2):
            self.action_open()

    # ---- drawing

    def render_line(self, y: int) -> Strip:
        """The row at that height."""
        width, place = self.size.width, y + self.scroll_offset.y
        if place >= len(self.shown):
            words = "  no row has these words" if self.words and place == 0 else ""
            return self._strip(Content(words), width)
        row = self.rows[self.shown[place]]
        is_open = self.is_open(row) if row.below else None
        text = row_text(row, width, is_open=is_open, is_chosen=place == self.cursor)
        if place == self.cursor:
            style = "$block-cursor-foreground on $block-cursor-background" if self.has_focus else "on $boost"
            text = Content(text.plain.ljust(width)).stylize(f"bold {style}") if self.has_focus else text.stylize(style)
        return self._strip(text, width)

    def _strip(self, text: Content, width: int) -> Strip:
        strips = Visual.to_strips(self, text, width, 1, self.visual_style, apply_selection=False, pad=True)
        return strips[0] if strips else Strip.blank(width, self.rich_style)

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor looks different in the part that has the keys."""
        super().watch_has_focus(has_focus)
        if self.is_attached:
            self._refresh_row(self.cursor)
