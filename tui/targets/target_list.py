"""The list itself: line by line, so that ten thousand rows scroll as ten do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.surviving import Surviving
from tui.targets.drawing import draw
from tui.targets.rows import Line, Row


class TargetList(Surviving, ScrollView, can_focus=True):
    """Rows to choose from. The cursor stays on its row, and the row on its line, whatever comes and goes around it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("target--cursor", "target--heading", "target--muted", "target--match"),
        *("target--bad", "target--odd", "target--well"),
    }
    DEFAULT_CSS = """
    TargetList { height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    TargetList > .target--cursor { background: $block-cursor-blurred-background; text-style: bold; }
    TargetList:focus > .target--cursor {
        background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
    }
    TargetList > .target--heading { color: $text-primary; text-style: bold; }
    TargetList > .target--muted { color: $text-muted; }
    TargetList > .target--match { text-style: underline; }
    TargetList > .target--bad { color: $text-error; }
    TargetList > .target--odd { color: $text-warning; }
    TargetList > .target--well { color: $text-success; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="targets.open", tooltip="Diagnose the target, or open what holds some"),
        Binding("right,l", "unfold", "Open", id="targets.unfold", tooltip="Open the context or namespace", show=False),
        Binding("left,h", "fold", "Close", id="targets.fold", tooltip="Close it, or go to what holds it", show=False),
        Binding("down,j", "move(1)", "Down", id="targets.down", tooltip="The next target", show=False),
        Binding("up,k", "move(-1)", "Up", id="targets.up", tooltip="The target before", show=False),
        Binding("pagedown", "page(1)", "Page down", id="targets.page-down", tooltip="A page further", show=False),
        Binding("pageup", "page(-1)", "Page up", id="targets.page-up", tooltip="A page back", show=False),
        Binding("home,g", "end(-1)", "First", id="targets.first", tooltip="The first target", show=False),
        Binding("end,G", "end(1)", "Last", id="targets.last", tooltip="The last target", show=False),
        Binding("right_square_bracket", "section(1)", "Next part", id="targets.next-part", tooltip="The next section"),
        Binding(
            "left_square_bracket",
            "section(-1)",
            "Part before",
            id="targets.part-before",
            tooltip="The section before",
            show=False,
        ),
    ]

    @dataclass
    class Opened(Message):
        """Somebody wants this row. `only`: to be opened (True) or closed (False), and nothing else."""

        row: Row
        only: bool | None = None

    @dataclass
    class Moved(Message):
        """The cursor stands on another row, or none."""

        row: Row | None

    class Resized(Message):
        """Remarks have to be wrapped anew."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, name="targets")
        self.lines: Sequence[Line] = ()
        self.query_words = ""
        self._at = -1
        self._moved = False

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.lines[self._at].row if 0 <= self._at < len(self.lines) else None

    @property
    def is_moved(self) -> bool:
        """Whether somebody has chosen the row, and not only the order of the rows."""
        return self._moved

    def show(self, lines: Sequence[Line], query: str = "", *, anew: bool = False) -> None:
        """Draw these lines. `anew`: they answer another question, so the first row is the one that is meant."""
        before = self.row
        line_before, offset = self._at, self._at - round(self.scroll_y)
        self.lines, self.query_words = lines, query
        if len(lines) != self.virtual_size.height:  # set plainly, it would lay out the whole screen at every letter
            self.set_reactive(TargetList.virtual_size, Size(self.size.width, len(lines)))
            self._scroll_update(self.virtual_size)
        if anew:
            self._moved = False
        self._at = self._place_of(before, line_before)
        if not self._moved:
            self._scroll(0)
        else:
            self._scroll(self._at - min(max(0, offset), max(0, self.size.height - 1)))
        self.refresh()
        if self.row != before:
            self.post_message(self.Moved(self.row))

    def _place_of(self, row: Row | None, before: int) -> int:
        """Where the cursor belongs: on its row, else near where it was; the first row while nobody has moved it."""
        first = next((at for at, line in enumerate(self.lines) if line.row is not None), -1)
        if not self._moved or row is None:
            return first
        here = next((at for at, line in enumerate(self.lines) if line.row and line.row.key == row.key), -1)
        if here >= 0:
            return here
        return self._nearest(min(before, len(self.lines) - 1), -1)

    def _nearest(self, at: int, step: int) -> int:
        """The first line of a row at this line, or in the direction, or in the other one."""
        for way in (step, -step):
            here = at
            while 0 <= here < len(self.lines):
                line = self.lines[here]
                if line.row is not None and not line.part:
                    return here
                here += way
        return -1

    def _scroll(self, to: int) -> None:
        most = max(0, len(self.lines) - self.size.height)
        self.scroll_to(y=min(max(0, to), most), animate=False, immediate=True)

    def _go(self, at: int, step: int) -> None:
        there = self._nearest(min(max(0, at), len(self.lines) - 1), step)
        if there < 0:
            return
        self._moved = True
        before, self._at = self._at, there
        for line in {before, there}:
            self._redraw(line)
        top, height = round(self.scroll_y), self.size.height
        # a heading right above is seen, too
        wanted = there - 1 if there and self.lines[there - 1].row is None else there
        end = there
        while end + 1 < len(self.lines) and self.lines[end + 1].part:
            end += 1
        if wanted < top:
            self._scroll(wanted)
        elif end >= top + height:
            self._scroll(min(end - height + 1, there))
        if before != there:
            self.post_message(self.Moved(self.row))

    def _redraw(self, line: int) -> None:
        self.refresh(Region(0, line - round(self.scroll_y), self.size.width, 1))

    # ---- keys and mouse

    def action_move(self, step: int) -> None:
        """One row up or down."""
        at = self._at + step
        while 0 <= at < len(self.lines) and (self.lines[at].row is None or self.lines[at].part):
            at += step
        if 0 <= at < len(self.lines):
            self._go(at, step)
        elif step < 0:
            self._scroll(0)

    def action_page(self, step: int) -> None:
        """A page up or down."""
        self._go(self._at + step * max(1, self.size.height - 1), step)

    def action_end(self, step: int) -> None:
        """The first or the last row."""
        self._go(0 if step < 0 else len(self.lines) - 1, -step)

    def action_section(self, step: int) -> None:
        """The first row of the section after this one, or of the one before."""
        heads = [at for at, line in enumerate(self.lines) if line.row is None]
        own = max((at for at in heads if at <= self._at), default=-1)
        there = [at for at in heads if (at > own if step > 0 else at < own)]
        if there:
            self._go((there[0] if step > 0 else there[-1]) + 1, 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.row is not None:
            self.post_message(self.Opened(self.row))

    def action_unfold(self) -> None:
        """Open a node."""
        if self.row is not None and self.row.opens is False:
            self.post_message(self.Opened(self.row, only=True))

    def action_fold(self) -> None:
        """Close a node; elsewhere go to the node that holds the row."""
        row = self.row
        if row is None:
            return
        if row.opens:
            self.post_message(self.Opened(row, only=False))
            return
        for at in range(self._at, -1, -1):
            above = self.lines[at].row
            if above is None:
                return
            if above.opens is not None and above.depth < row.depth:
                self._go(at, -1)
                return

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        at = event.y + round(self.scroll_y)
        if not 0 <= at < len(self.lines) or self.lines[at].row is None:
            return
        self._go(at, -1)
        self.action_open()

    def on_resize(self) -> None:
        """Whoever made the lines makes them anew."""
        self.post_message(self.Resized())

    # ---- drawing

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        at, width = y + round(self.scroll_y), self.size.width
        base = self.rich_style
        if not 0 <= at < len(self.lines):
            return Strip.blank(width, base)
        line = self.lines[at]
        marked = self._at >= 0 and line.row is not None and line.row is self.lines[self._at].row
        styles = {name: self._style(name) for name in ("heading", "muted", "match", "bad", "odd", "well")}
        if marked:
            cursor = self._style("cursor")
            styles = {"match": Style(underline=True), "": cursor}
            base = cursor
        pieces = draw(line, width, self.query_words)
        segments = [Segment(text, base + styles.get(name, Style.null()) if name else base) for text, name in pieces]
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, name: str) -> Style:
        style = self.get_component_rich_style(f"target--{name}")  # whole: what is muted is mixed with its background
        return style if name == "cursor" or style.bgcolor is None else style + Style(bgcolor=self.rich_style.bgcolor)
