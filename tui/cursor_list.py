"""A list with a cursor: only the lines on the screen are drawn, however many there are.

What a list shows, and what its rows are, its subclass says; keys, mouse, scrolling and the cursor are here.
"""

from collections.abc import Hashable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.surviving import Surviving
from tui.without_layout import resize_content


def cursor_keys(part: str, row: str = "row", *, first: str = "home", last: str = "end") -> list[BindingType]:
    """The keys that move the cursor; `part` begins their ids, `row` is what a person calls a row."""
    return [
        Binding("up,k", "move(-1)", "Up", id=f"{part}.up", tooltip=f"The {row} above", show=False),
        Binding("down,j", "move(1)", "Down", id=f"{part}.down", tooltip=f"The {row} below", show=False),
        Binding(first, "edge(-1)", "First", id=f"{part}.first", tooltip=f"The first {row}", show=False),
        Binding(last, "edge(1)", "Last", id=f"{part}.last", tooltip=f"The last {row}", show=False),
        Binding("pageup", "page(-1)", "Page up", id=f"{part}.page-up", tooltip="A page up", show=False),
        Binding("pagedown", "page(1)", "Page down", id=f"{part}.page-down", tooltip="A page down", show=False),
    ]


class CursorList(Surviving, ScrollView, can_focus=True):
    """Lines, on one of which the cursor stands. Places are counted from the first line, shown or not."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "CursorList { scrollbar-size-vertical: 1; overflow-x: hidden; }"
    HEAD: ClassVar[int] = 0
    """Lines above the others that stay when these are scrolled."""

    def __init__(self, *, id: str | None = None, name: str | None = None) -> None:
        super().__init__(id=id, name=name)
        self.auto_links = False  # there are none, and looking for them costs time at every line
        self.cursor = 0
        self.is_moved = False
        """Whether somebody chose the row; else the cursor stands where it began."""
        self.empty = ""

    # ---- what a list says of its lines

    @property
    def count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def key_at(self, place: int) -> Hashable:
        """What stays the same of the row at a place when all is renewed; None where it is no row."""
        raise NotImplementedError

    def draw(self, place: int, width: int) -> Strip:
        """The line at a place."""
        raise NotImplementedError

    def draw_head(self, y: int, width: int) -> Strip:
        """A line above the others."""
        raise NotImplementedError

    def moved(self) -> None:
        """The cursor stands on another row: tell it."""

    def action_open(self) -> None:
        """Open the row under the cursor."""

    def stands(self, place: int) -> bool:  # noqa: ARG002 # a list of rows only
        """Whether the cursor can stand there."""
        return True

    def first(self) -> int:
        """Where the cursor begins."""
        return 0

    def extent(self, place: int) -> tuple[int, int]:
        """The first and the last line that are to be seen with the one at a place."""
        return place, place

    # ---- other lines

    @property
    def room(self) -> int:
        """The width of a line, beside the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def height_of_cursor(self) -> int:
        """How many lines below the upper edge it stands."""
        return self.cursor - self.scroll_offset.y

    def place_of(self, key: Hashable) -> int | None:
        """Where the row of a key is now."""
        if key is None:
            return None
        return next((place for place in range(self.count) if self.key_at(place) == key), None)

    def renew(self, place: int | None, height: int = 0) -> None:
        """The lines are others: put the cursor on `place`, `height` lines below the edge; None: where it begins.

        Somebody who has scrolled away from the cursor stays there.
        """
        self.cursor = self.first() if place is None else place
        size = Size(self.size.width, self.count + self.HEAD)
        if size.height != self.virtual_size.height:
            resize_content(self, size)
        self._scroll(0 if place is None else place - height)
        visible = self.size.height - self.HEAD
        if place is None or not self.is_moved or visible <= 0 or 0 <= height < visible:
            self._show(self.cursor, self.cursor)
            self.call_after_refresh(self.keep_in_sight)
        self.refresh()

    # ---- moving

    def go(self, place: int, step: int = 1) -> None:
        """Choose the row at a place, else the nearest in the direction of `step`, else in the other one."""
        there = self.nearest(max(0, min(place, self.count - 1)), step)
        if there is None:
            return
        before, self.cursor, self.is_moved = self.cursor, there, True
        for one in {before, there}:
            self._refresh_line(one)
        self._show(*self.extent(there))
        if before != there:
            self.moved()

    def nearest(self, place: int, step: int) -> int | None:
        """The first place from here on at which the cursor can stand."""
        below, above = range(max(0, place), self.count), range(min(place, self.count - 1), -1, -1)
        ways = (below, above) if step > 0 else (above, below)
        return next((here for way in ways for here in way if self.stands(here)), None)

    def keep_in_sight(self) -> None:
        """The cursor in sight."""
        self._show(self.cursor, self.cursor)

    def _show(self, low: int, high: int) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height - self.HEAD)
        if low < top:
            self._scroll(low)
        elif high >= top + height:
            self._scroll(min(high - height + 1, self.cursor))

    def _scroll(self, to: int) -> None:
        self.scroll_to(y=max(0, to), animate=False, immediate=True, force=True)

    def _refresh_line(self, place: int) -> None:
        self.refresh(Region(0, place + self.HEAD - self.scroll_offset.y, self.size.width, 1))

    # ---- keys and mouse

    def action_move(self, step: int) -> None:
        """One row up or down; what stands above the first one comes into sight."""
        place = self.cursor + step
        while 0 <= place < self.count and not self.stands(place):
            place += step
        if 0 <= place < self.count:
            self.go(place, step)
        elif step < 0:
            self._scroll(0)

    def action_page(self, step: int) -> None:
        """Move the cursor by what is in sight."""
        self.go(self.cursor + step * max(1, self.size.height - self.HEAD - 1), step)

    def action_edge(self, step: int) -> None:
        """The first or the last row."""
        self.go(0 if step < 0 else self.count - 1, -step)

    def on_click(self, event: events.Click) -> None:
        """Places are counted from where the lines begin, and not from the border."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = offset.y - self.HEAD + self.scroll_offset.y
        if offset.y < self.HEAD:
            self.clicked_head(offset.x)
        elif place < self.count:
            self.clicked(place, offset.x)

    def clicked(self, place: int, x: int) -> None:  # noqa: ARG002 # a list may have several columns
        """A row is chosen, a chosen row is opened."""
        was = place == self.cursor
        self.go(place)
        if was:
            self.action_open()

    def clicked_head(self, x: int) -> None:
        """One of the lines above was clicked."""

    def on_resize(self) -> None:
        """The cursor stays in sight, and what stands above the place where it began."""
        if not self.is_moved:
            self._scroll(0)
        self.keep_in_sight()

    # ---- drawing

    def render_line(self, y: int) -> Strip:
        """The line at that height."""
        width, place = self.room, y - self.HEAD + self.scroll_offset.y
        if y < self.HEAD:
            return self.draw_head(y, width)
        if place < self.count:
            return self.draw(place, width)
        return self.strip(Content(f"    {self.empty}" if place == 0 else "").stylize("$text-muted"), width)

    def strip(self, text: Content, width: int) -> Strip:
        """A text as one line."""
        strips = Visual.to_strips(self, text, width, 1, self.visual_style, apply_selection=False, pad=True)
        return strips[0] if strips else Strip.blank(width, self.rich_style)

    def lit(self, text: Content, width: int) -> Content:
        """The line under the cursor: it looks different in the part that has the keys."""
        if not self.has_focus:
            return text.stylize("on $boost")
        return Content(text.plain.ljust(width)).stylize("bold $block-cursor-foreground on $block-cursor-background")

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor is drawn anew."""
        super().watch_has_focus(has_focus)
        if self.is_attached:
            self._refresh_line(self.cursor)
