"""Where one is in a log: a cursor that keys and mouse move over its lines, and what is selected."""

from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.evidence.log_page import LogPage

_SIDEWAYS = 8  # cells
_WHEEL = 3  # rows of one turn of the wheel inside a tall line


class LogView(LogPage):
    """The page with keys and mouse. `go` puts the cursor on a row; `Moved` tells where a person went."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Line up", id="log.up", tooltip="One line up", show=False),
        Binding("down,j", "move(1)", "Line down", id="log.down", tooltip="One line down", show=False),
        Binding("shift+up,K", "extend(-1)", "Select up", id="log.select-up", tooltip="Select lines", show=False),
        Binding("shift+down,J", "extend(1)", "Select down", id="log.select-down", tooltip="Select lines", show=False),
        Binding("pageup", "page(-1)", "Page up", id="log.page-up", tooltip="One page up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", id="log.page-down", tooltip="One page down", show=False),
        Binding("home,g", "first", "First line", id="log.first", tooltip="The first line", show=False),
        Binding("end,G", "last", "Last line", id="log.last", tooltip="The last line", show=False),
        Binding("left,h", "sideways(-1)", "Left", id="log.left", tooltip="Beginning of long lines", show=False),
        Binding("right,l", "sideways(1)", "Right", id="log.right", tooltip="End of long lines", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another line; `back`: the person went towards the beginning."""

        def __init__(self, *, back: bool) -> None:
            super().__init__()
            self.back = back

    def __init__(self) -> None:
        super().__init__()
        self._hidden = False
        """Whether the cursor may be out of sight without the person having wanted that."""

    # ---- moving

    def go(self, row: int, *, middle: bool = False, extend: bool = False) -> None:
        """Put the cursor on a row, and show it."""
        self.cursor = max(0, min(row, len(self.rows) - 1))
        if not extend:
            self.begin = self.cursor
        self._show_cursor(middle=middle)
        self._hidden = True  # layouts that come later may move it away, until the person scrolls
        self.call_after_refresh(self._show_hidden)
        self.refresh()

    def show_hit(self) -> None:
        """Bring what is lit in the line of the cursor into sight."""
        line = self.rows.line(self.cursor)
        hit = self.lit.search(line.text) if line and self.lit is not None else None
        if line is None or hit is None:
            return
        room = max(1, self.size.width - self.signs.width)
        begin, end = cell_len(line.text[: hit.start()]), cell_len(line.text[: hit.end()])
        if self.wrap:
            self._read_inside(begin // room - self.rows_high // 3)
        elif not self.scroll_x <= begin <= end <= self.scroll_x + room:
            self.widest = max(self.widest, self.signs.width + cell_len(line.text))
            self.fit()
            self.scroll_to(x=max(0, end - room * 2 // 3) if end > room else 0, animate=False, force=True)

    def _show_cursor(self, *, middle: bool = False) -> None:
        top, height = round(self.scroll_y), self.rows_high
        if middle and not top <= self.cursor < top + height - 1:
            self.scroll_to(y=self.cursor - height // 3, animate=False)
        elif self.cursor < top:
            self.inside.put(self.cursor, self.size_of(self.cursor), self.size_of(self.cursor), height)
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height or self.wrap:
            self.scroll_to(y=self._top_for(self.cursor), animate=False)

    def _move(self, row: int, *, extend: bool = False) -> None:
        """The person goes somewhere."""
        back = row < self.cursor
        self.go(row, extend=extend)
        self.post_message(self.Moved(back=back))

    def _top_for(self, row: int) -> int:
        """The first row with which a row is the last on the screen."""
        if not self.wrap:
            return row - self.rows_high + 1
        return max(round(self.scroll_y), self.first_above(row))

    def _read_on(self, by: int) -> bool:
        """Read on inside the line at the top, where it is taller than the screen; False at its end."""
        top = round(self.scroll_y)
        if not self.wrap or not self.inside.move(top, by, self.size_of(top), self.rows_high):
            return False
        self.refresh()
        return True

    def _read_inside(self, above: int) -> None:
        """Show the line of the cursor from one of its rows on, where it is taller than the screen."""
        size = self.size_of(self.cursor)
        if size > self.rows_high:
            self.scroll_to(y=self.cursor, animate=False, force=True)
            self.inside.put(self.cursor, above, size, self.rows_high)
            self.refresh()

    def action_move(self, step: int) -> None:
        """Some lines further; rows of a line that is taller than the screen come first."""
        if round(self.scroll_y) != self.cursor or not self._read_on(step):
            self._move(self.cursor + step)

    def action_extend(self, step: int) -> None:
        """Select one line more."""
        self._move(self.cursor + step, extend=True)

    def action_page(self, step: int) -> None:
        """A page further; the cursor keeps its place on the screen."""
        by = step * max(1, self.rows_high - 1)
        if self._read_on(by):
            self._move(round(self.scroll_y))
            return
        if self.wrap:
            top = round(self.scroll_y)
            last = max((row for row, _ in self.on_screen()), default=top)
            by = max(1, last - top) if step > 0 else min(-1, self.first_above(top) - top)
            if step < 0:
                size = self.size_of(max(0, top + by))
                self.inside.put(max(0, top + by), size, size, self.rows_high)
        self.scroll_to(y=self.scroll_y + by, animate=False)
        self._move(self.cursor + by)

    def action_first(self) -> None:
        """The first line."""
        self._move(0)

    def action_last(self) -> None:
        """The last line."""
        self._move(len(self.rows) - 1)

    def action_sideways(self, step: int) -> None:
        """Along long lines."""
        self.scroll_to(x=self.scroll_x + step * _SIDEWAYS, animate=False)

    def was_drawn(self, seen: list[int]) -> None:
        """A cursor that was to be seen comes back into sight."""
        if self._hidden and self.cursor not in seen:
            self.call_later(self._show_hidden)

    def _show_hidden(self) -> None:
        if self._hidden and self.size.height:
            self._show_cursor(middle=True)

    def on_resize(self) -> None:
        """Fit again; a cursor that was to be seen stays so."""
        self.fit()
        self._hidden = self._hidden or self.cursor in self.seen
        self.call_after_refresh(self._show_hidden)

    def on_click(self, event: events.Click) -> None:
        """Go to the line; with shift, select up to it."""
        rows = self.on_screen()
        if 0 <= event.y < len(rows):
            self._move(rows[event.y][0], extend=event.shift)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Whoever scrolls back wants to read."""
        self._hidden = False
        if self._read_on(-_WHEEL):
            event.prevent_default()
            event.stop()
        self.post_message(self.Moved(back=True))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The person looks elsewhere than at the cursor."""
        self._hidden = False
        if self._read_on(_WHEEL):
            event.prevent_default()
            event.stop()

    def on_mouse_down(self, _: events.MouseDown) -> None:
        """The same, also for the scrollbar."""
        self._hidden = False
