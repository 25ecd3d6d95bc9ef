"""The lines of a log as they are drawn: only those on the screen are read."""

from typing import Any, ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.evidence.log_drawing import CLASSES, NO_STYLES, OVER, Gutter, Look, Styles, draw, wrapped
from tui.evidence.log_rows import Rows
from tui.evidence.log_tall_line import TallLine
from tui.without_layout import resize_content


class LogPage(ScrollView, can_focus=True):
    """Rows are the lines that a filter leaves; places are those of the log. Call `grown` when there are more.

    `cursor` and `begin` are the ends of what is selected, `proofs` the weights of places that prove something, `lit`
    is what a search looks for, `inside` is where one reads in a wrapped line that is taller than the screen.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = CLASSES
    DEFAULT_CSS = """
    LogPage { height: 1fr; background: $surface; scrollbar-size-horizontal: 1; scrollbar-size-vertical: 1; }
    LogPage > .log--text { color: $foreground; }
    LogPage > .log--number { color: $foreground-muted; }
    LogPage > .log--gap { color: $foreground-muted; text-style: italic; }
    LogPage > .log--error { color: $text-error; }
    LogPage > .log--warning { color: $text-warning; }
    LogPage > .log--debug { color: $foreground-muted; }
    LogPage > .log--stderr { color: $foreground-muted; }
    LogPage > .log--own { color: $text-accent; text-style: bold; }
    LogPage > .log--proof { text-style: bold; }
    LogPage > .log--chosen { text-style: bold underline; }
    LogPage > .log--hit { text-style: reverse; }
    LogPage > .log--selected { background: $primary-muted; }
    LogPage > .log--cursor { background: $block-cursor-blurred-background; }
    LogPage:focus > .log--cursor { background: $block-cursor-background; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows = Rows()
        self.cursor = 0
        self.begin = 0
        self.proofs: dict[int, int] = {}
        self.lit: Any = None
        self.wrap = False
        self.inside = TallLine()
        self.widest = 0
        """Cells of the widest line that was drawn."""
        self._page: tuple[object, list[tuple[int, Strip]]] | None = None
        self._version = 0
        self._styles: Styles = {}

    def open(self, rows: Rows) -> None:
        """Show other lines, or others of the same."""
        self.rows, self.widest = rows, 0
        self.cursor = self.begin = min(self.cursor, max(0, len(rows) - 1))
        self.grown()

    def grown(self) -> None:
        """There are more lines, or they look otherwise."""
        self._version += 1
        self.fit()
        self.refresh()

    def fit(self) -> None:
        """The size of all lines; when wrapped, the last one may be scrolled to the top."""
        height = len(self.rows) + (max(0, self.size.height - 1) if self.wrap and len(self.rows) else 0)
        width = self.size.width if self.wrap else max(self.widest, 1)
        resize_content(self, Size(width, height))

    def notify_style_update(self) -> None:
        """The theme has changed, or the focus."""
        super().notify_style_update()
        self._version += 1
        self._styles = {}

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        rows = self.on_screen()
        if y < len(rows):
            return rows[y][1]
        return Strip.blank(self.size.width, self.rich_style)

    def on_screen(self) -> list[tuple[int, Strip]]:
        """What is on the screen, each row of it with the row of the log."""
        top, left, width, height = round(self.scroll_y), round(self.scroll_x), self.size.width, self.size.height
        place = (top, self.inside.above(top), left)
        key = (place, width, height, self._version, self.cursor, self.begin, self.wrap, self.has_focus)
        if self._page is None or self._page[0] != key:
            self._page = (key, self._draw(top, left, width, height))
        return self._page[1]

    def _draw(self, top: int, left: int, width: int, height: int) -> list[tuple[int, Strip]]:
        if not self._styles:  # Textual makes them anew for every frame
            self._styles = {name: self.get_component_rich_style(name, partial=name in OVER) for name in CLASSES}
        styles = self._styles
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
                above = min(self.inside.above(top), self.size_of(row) - 1) if row == top else 0
                for number, part in enumerate(wrapped(text, room)[above:], above):
                    whole = Strip([*(below if number else head), *part])
                    drawn.append((row, whole.adjust_cell_length(width, rest)))
            else:
                strip = Strip([*head, *text])
                self.widest = max(self.widest, strip.cell_length)
                if left:
                    strip = Strip([*head, *Strip(text).crop(left, left + room)])
                drawn.append((row, strip.adjust_cell_length(width, rest)))
            if len(drawn) >= height:
                break
        if not self.wrap and self.widest > self.virtual_size.width:
            self.call_later(self.fit)
        self.was_drawn([row for row, _ in drawn])
        return drawn[:height]

    @property
    def signs(self) -> Gutter:
        """What stands before the text."""
        lines = self.rows.lines
        return Gutter(max(4, len(str(self.rows.last_number))), bool(lines and lines.has_streams))

    @property
    def seen(self) -> list[int]:
        """The rows that were drawn last, one for each row of the screen."""
        return [row for row, _ in (self._page or (0, []))[1]]

    def was_drawn(self, seen: list[int]) -> None:
        """These rows are on the screen now."""

    # ---- sizes

    @property
    def rows_high(self) -> int:
        """How many rows the screen has for lines."""
        return max(1, self.scrollable_content_region.height)

    def first_above(self, row: int) -> int:
        """The first of the lines that fit the screen, wrapped, together with those below them up to this one."""
        left, first = self.rows_high, row
        while first >= 0:
            left -= self.size_of(first)
            if left < 0:
                break
            first -= 1
        return min(row, first + 1)

    def size_of(self, row: int) -> int:
        """How many rows of the screen a line takes."""
        line, gutter = self.rows.line(row), self.signs
        if line is None or not self.wrap:
            return 1
        return len(wrapped(draw(line, Look(), gutter, NO_STYLES)[1], max(1, self.size.width - gutter.width)))

    # ---- what is selected and searched

    @property
    def selected(self) -> list[int]:
        """The rows that are selected; without a selection that of the cursor."""
        low, high = sorted((self.begin, self.cursor))
        return list(range(low, min(high + 1, len(self.rows))))

    @property
    def shows_hit(self) -> bool:
        """Whether what is searched stands in what is shown of the line of the cursor, however long that is."""
        line = self.rows.line(self.cursor)
        return line is None or not line.hidden or self.lit is None or self.lit.search(line.text) is not None
