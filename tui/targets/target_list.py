"""The list of targets: sections with headings, nodes that open, remarks of several lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.cursor_list import CursorList, cursor_keys
from tui.targets.drawing import draw
from tui.targets.rows import Line, Row


class TargetList(CursorList):
    """Rows to choose from. The cursor stays on its row, and the row on its line, whatever comes and goes around it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("target--cursor", "target--heading", "target--muted", "target--match"),
        *("target--bad", "target--odd", "target--well"),
    }
    DEFAULT_CSS = """
    TargetList { height: 1fr; overflow-y: scroll; }
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
        Binding("delete", "forget", "Forget", id="targets.forget", tooltip="Take it off the recent targets, no more"),
        *cursor_keys("targets", "target", first="home,g", last="end,G"),
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

    @dataclass
    class Forgotten(Message):
        """Somebody wants this row off the list."""

        row: Row

    class Resized(Message):
        """Remarks have to be wrapped anew."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, name="targets")
        self.lines: Sequence[Line] = ()
        self.query_words = ""
        self._was_recent = False
        self._opening: str | None = None  # the node that was opened last, until what it holds has been seen

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.lines[self.cursor].row if self.cursor < len(self.lines) else None

    # ---- what is shown

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.lines)

    def key_at(self, place: int) -> str | None:
        """The key of the row that begins there."""
        row = self.lines[place].row
        return row.key if row and self.stands(place) else None

    def stands(self, place: int) -> bool:
        """On rows, and on the first line of each."""
        line = self.lines[place]
        return line.row is not None and not line.part

    def first(self) -> int:
        """On the first row, below its heading."""
        return next((place for place in range(self.count) if self.stands(place)), 0)

    def extent(self, place: int) -> tuple[int, int]:
        """A heading right above is seen, too, and all of a remark."""
        end = place
        while end + 1 < self.count and self.lines[end + 1].part:
            end += 1
        return (place - 1 if place and self.lines[place - 1].row is None else place), end

    def moved(self) -> None:
        """What the chosen row is, is told elsewhere, and which keys it has."""
        if self._was_recent is not (self.row is not None and self.row.is_recent):
            self._was_recent = not self._was_recent
            self.refresh_bindings()
        if self.row is None or self.row.key != self._opening:
            self._opening = None
        self.post_message(self.Moved(self.row))

    def show(self, lines: Sequence[Line], query: str = "", *, anew: bool = False) -> None:
        """Draw these lines. `anew`: they answer another question, so the first row is the one that is meant."""
        before, where, height = self.row, self.cursor, self.height_of_cursor
        self.lines, self.query_words = lines, query
        self.is_moved = self.is_moved and not anew
        place = self._place_of(before, where) if self.is_moved else None
        self.renew(place, height)
        if self.row is not None and self.row.key == self._opening:
            self._show_inside(self.row)
        if self.row != before:
            self.moved()

    def _show_inside(self, node: Row) -> None:
        """As many lines of an open node as there is room for: who opens it wants to see them."""
        end = self.cursor
        while end + 1 < self.count and (row := self.lines[end + 1].row) and row.depth > node.depth:
            end += 1
            self._opening = self._opening if row.remark else None  # a remark may say that the answer is to come
        self._show(self.cursor, end)

    def _place_of(self, row: Row | None, where: int) -> int | None:
        """On its row, else near where that was."""
        here = self.place_of(row.key) if row else None
        return self.nearest(min(where, self.count - 1), -1) if row and here is None else here

    # ---- keys and mouse

    def action_section(self, step: int) -> None:
        """The first row of the section after this one, or of the one before."""
        heads = [at for at, line in enumerate(self.lines) if line.row is None]
        own = max((at for at in heads if at <= self.cursor), default=-1)
        there = [at for at in heads if (at > own if step > 0 else at < own)]
        if there:
            self.go((there[0] if step > 0 else there[-1]) + 1, 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.row is not None:
            self._opening = self.row.key
            self.post_message(self.Opened(self.row))

    def action_unfold(self) -> None:
        """Open a node."""
        if self.row is not None and self.row.opens is False:
            self._opening = self.row.key
            self.post_message(self.Opened(self.row, only=True))

    def action_fold(self) -> None:
        """Close a node; elsewhere go to the node that holds the row."""
        row = self.row
        if row is None:
            return
        if row.opens:
            self.post_message(self.Opened(row, only=False))
            return
        for at in range(self.cursor, -1, -1):
            above = self.lines[at].row
            if above is None:
                return
            if above.opens is not None and above.depth < row.depth:
                self.go(at, -1)
                return

    def action_forget(self) -> None:
        """Take a recent target off the list; the target itself stays as it is."""
        if self.row is not None and self.row.is_recent:
            self.post_message(self.Forgotten(self.row))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Only what was diagnosed before can be forgotten."""
        return action != "forget" or (self.row is not None and self.row.is_recent)

    def clicked(self, place: int, x: int) -> None:  # noqa: ARG002 # a row is one thing
        """A click on any line of a row opens it."""
        if self.lines[place].row is not None:
            self.go(place, -1)
            self.action_open()

    def on_resize(self) -> None:
        """Whoever made the lines makes them anew."""
        self.post_message(self.Resized())

    # ---- drawing

    def draw(self, place: int, width: int) -> Strip:
        """One line: all lines of the row under the cursor are marked."""
        line, base = self.lines[place], self.rich_style
        marked = line.row is not None and line.row is self.row
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
