"""The lines of a log, of which only those on the screen are read and drawn."""

from typing import Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.evidence.log_drawing import CLASSES, NO_STYLES, OVER, Gutter, Look, draw, wrapped
from tui.evidence.log_inside import Inside
from tui.evidence.log_rows import Rows

_SIDEWAYS = 8  # cells
_WHEEL = 3  # rows of one turn of the wheel inside a tall line


class LogView(ScrollView, can_focus=True):
    """Rows are the lines that a filter leaves; places are those of the log. Call `grown` when there are more."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = CLASSES
    DEFAULT_CSS = """
    LogView { height: 1fr; background: $surface; scrollbar-size-horizontal: 1; scrollbar-size-vertical: 1; }
    LogView > .log--text { color: $foreground; }
    LogView > .log--number { color: $text-muted; }
    LogView > .log--gap { color: $text-muted; text-style: italic; }
    LogView > .log--error { color: $text-error; }
    LogView > .log--warning { color: $text-warning; }
    LogView > .log--debug { color: $text-muted; }
    LogView > .log--stderr { color: $text-muted; }
    LogView > .log--own { color: $text-accent; text-style: bold; }
    LogView > .log--proof { text-style: bold; }
    LogView > .log--chosen { text-style: bold underline; }
    LogView > .log--hit { text-style: reverse; }
    LogView > .log--selected { background: $primary-muted; }
    LogView > .log--cursor { background: $block-cursor-blurred-background; }
    LogView:focus > .log--cursor { background: $block-cursor-background; }
    """
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
        self.rows = Rows()
        self.cursor = 0
        self.begin = 0
        self.proofs: dict[int, int] = {}
        self.lit: Any = None
        self.wrap = False
        self._inside = Inside()
        self._widest = 0
        self._hidden = False
        self._page: tuple[object, list[tuple[int, Strip]]] | None = None
        self._version = 0

    def open(self, rows: Rows) -> None:
        """Show other lines, or others of the same."""
        self.rows, self._widest = rows, 0
        self.cursor = self.begin = min(self.cursor, max(0, len(rows) - 1))
        self.grown()

    def grown(self) -> None:
        """There are more lines, or they look otherwise."""
        self._version += 1
        self._fit()
        self.refresh()

    def _fit(self) -> None:
        """The size of all lines; when wrapped, the last one may be scrolled to the top."""
        height = len(self.rows) + (max(0, self.size.height - 1) if self.wrap and len(self.rows) else 0)
        width = self.size.width if self.wrap else max(self._widest, 1)
        if self.virtual_size != Size(width, height):
            self.virtual_size = Size(width, height)

    def notify_style_update(self) -> None:
        """The theme has changed."""
        super().notify_style_update()
        self._version += 1

    # ---- drawing

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        rows = self._rows_on_screen()
        if y < len(rows):
            return rows[y][1]
        return Strip.blank(self.size.width, self.rich_style)

    def _rows_on_screen(self) -> list[tuple[int, Strip]]:
        top, left, width, height = round(self.scroll_y), round(self.scroll_x), self.size.width, self.size.height
        place = (top, self._inside.above(top), left)
        key = (place, width, height, self._version, self.cursor, self.begin, self.wrap, self.has_focus)
        if self._page is None or self._page[0] != key:
            self._page = (key, self._draw(top, left, width, height))
        return self._page[1]

    def _draw(self, top: int, left: int, width: int, height: int) -> list[tuple[int, Strip]]:
        styles = {name: self.get_component_rich_style(name, partial=name in OVER) for name in CLASSES}
        gutter = self.signs
        room = max(1, width - gutter.width)
        low, high = sorted((self.begin, self.cursor))
        plain = self.rich_style
        cursor = plain + styles["log--cursor"]
        drawn: list[tuple[int, Strip]] = []
        for row, line in self.rows.read(top, height):
            proof = self.proofs.get(self.rows.place(row), 0)
            look = Look(proof, row == self.cursor, low <= row <= high and low != high, self.lit)
            head, text = draw(line, look, gutter, styles)
            rest = cursor if look.is_cursor else plain
            if self.wrap:
                below = [Segment(" " * gutter.width, rest)]
                above = min(self._inside.above(top), self._size_of(row) - 1) if row == top else 0
                for number, part in enumerate(wrapped(text, room)[above:], above):
                    whole = Strip([*(below if number else head), *part])
                    drawn.append((row, whole.adjust_cell_length(width, rest)))
            else:
                strip = Strip([*head, *text])
                self._widest = max(self._widest, strip.cell_length)
                if left:
                    strip = Strip([*head, *Strip(text).crop(left, left + room)])
                drawn.append((row, strip.adjust_cell_length(width, rest)))
            if len(drawn) >= height:
                break
        if not self.wrap and self._widest > self.virtual_size.width:
            self.call_later(self._fit)
        if self._hidden and not any(row == self.cursor for row, _ in drawn):
            self.call_later(self._show_hidden)
        return drawn[:height]

    @property
    def signs(self) -> Gutter:
        """What stands before the text."""
        lines = self.rows.lines
        return Gutter(max(4, len(str(self.rows.last_number))), bool(lines and lines.has_streams))

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

    @property
    def shows_hit(self) -> bool:
        """Whether what is searched stands in what is shown of the line of the cursor, however long that is."""
        line = self.rows.line(self.cursor)
        return line is None or not line.hidden or self.lit is None or self.lit.search(line.text) is not None

    def show_hit(self) -> None:
        """Bring what is lit in the line of the cursor into sight."""
        line = self.rows.line(self.cursor)
        hit = self.lit.search(line.text) if line and self.lit is not None else None
        if line is None or hit is None:
            return
        room = max(1, self.size.width - self.signs.width)
        begin, end = cell_len(line.text[: hit.start()]), cell_len(line.text[: hit.end()])
        if self.wrap:
            self._read_inside(begin // room - self._height // 3)
        elif not self.scroll_x <= begin <= end <= self.scroll_x + room:
            self._widest = max(self._widest, self.signs.width + cell_len(line.text))
            self._fit()
            self.scroll_to(x=max(0, end - room * 2 // 3) if end > room else 0, animate=False, force=True)

    def _show_cursor(self, *, middle: bool = False) -> None:
        top, height = round(self.scroll_y), self._height
        if middle and not top <= self.cursor < top + height - 1:
            self.scroll_to(y=self.cursor - height // 3, animate=False)
        elif self.cursor < top:
            self._inside.put(self.cursor, self._size_of(self.cursor), self._size_of(self.cursor), height)
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height or self.wrap:
            self.scroll_to(y=self._top_for(self.cursor), animate=False)

    def _move(self, row: int, *, extend: bool = False) -> None:
        """The person goes somewhere."""
        back = row < self.cursor
        self.go(row, extend=extend)
        self.post_message(self.Moved(back=back))

    @property
    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height)

    def _top_for(self, row: int) -> int:
        """The first row with which a row is the last on the screen."""
        if not self.wrap:
            return row - self._height + 1
        return max(round(self.scroll_y), self._first_above(row))

    def _first_above(self, row: int) -> int:
        """The first of the lines that fit the screen, wrapped, together with those below them up to this one."""
        left, first = self._height, row
        while first >= 0:
            left -= self._size_of(first)
            if left < 0:
                break
            first -= 1
        return min(row, first + 1)

    def _size_of(self, row: int) -> int:
        """How many rows of the screen a line takes."""
        line, gutter = self.rows.line(row), self.signs
        if line is None or not self.wrap:
            return 1
        return len(wrapped(draw(line, Look(), gutter, NO_STYLES)[1], max(1, self.size.width - gutter.width)))

    def _read_on(self, by: int) -> bool:
        """Read on inside the line at the top, where it is taller than the screen; False at its end."""
        top = round(self.scroll_y)
        if not self.wrap or not self._inside.move(top, by, self._size_of(top), self._height):
            return False
        self.refresh()
        return True

    def _read_inside(self, above: int) -> None:
        """Show the line of the cursor from one of its rows on, where it is taller than the screen."""
        size = self._size_of(self.cursor)
        if size > self._height:
            self.scroll_to(y=self.cursor, animate=False, force=True)
            self._inside.put(self.cursor, above, size, self._height)
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
        by = step * max(1, self._height - 1)
        if self._read_on(by):
            self._move(round(self.scroll_y))
            return
        if self.wrap:
            top = round(self.scroll_y)
            last = max((row for row, _ in self._rows_on_screen()), default=top)
            by = max(1, last - top) if step > 0 else min(-1, self._first_above(top) - top)
            if step < 0:
                size = self._size_of(max(0, top + by))
                self._inside.put(max(0, top + by), size, size, self._height)
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

    def _show_hidden(self) -> None:
        if self._hidden and self.size.height:
            self._show_cursor(middle=True)

    def on_resize(self) -> None:
        """Fit again; a cursor that was to be seen stays so."""
        self._fit()
        self._hidden = self._hidden or any(row == self.cursor for row, _ in (self._page or (0, []))[1])
        self.call_after_refresh(self._show_hidden)

    def on_click(self, event: events.Click) -> None:
        """Go to the line; with shift, select up to it."""
        rows = self._rows_on_screen()
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

    @property
    def selected(self) -> list[int]:
        """The rows that are selected; without a selection that of the cursor."""
        low, high = sorted((self.begin, self.cursor))
        return list(range(low, min(high + 1, len(self.rows))))
