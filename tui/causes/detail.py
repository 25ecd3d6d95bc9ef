"""The right side: why, evidence, fix of the highlighted row, drawn line by line."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import Visual

from tui.beside import beside
from tui.causes.detail_lines import Line, extent, folded, next_link
from tui.causes.detail_page import Link, document, weight
from tui.causes.rows import Listing, Row
from tui.surviving import Surviving
from tui.without_layout import resize_content

LIGHT = 20_000  # characters that are laid out at once; more takes a thread


class Detail(Surviving, ScrollView, can_focus=True):
    """Lines of one document. Those that lead somewhere can be reached with up and down, and opened."""

    jump_key = "d"
    DEFAULT_CSS = """
    Detail { scrollbar-size-vertical: 1; overflow-x: hidden; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False, id="detail.up", tooltip="To the link above, else a line up"),
        Binding("down,j", "step(1)", "Down", show=False, id="detail.down", tooltip="To the next link, else a line on"),
        Binding("home", "scroll_home", "Top", show=False, id="detail.top", tooltip="To the title"),
        Binding("end", "scroll_end", "End", show=False, id="detail.end", tooltip="To the last line"),
        Binding("pageup", "page_up", "Page up", show=False, id="detail.page-up", tooltip="A page up"),
        Binding("pagedown,space", "page_down", "Page down", show=False, id="detail.page-down", tooltip="A page on"),
        Binding("enter", "follow", "Show", id="detail.follow", tooltip="Show where the marked line stands"),
        Binding("left", "leave", "Back", show=False, id="detail.leave", tooltip="Back to the list"),
    ]

    @dataclass
    class Followed(Message):
        """A line that leads somewhere was opened."""

        link: Link

    class Left(Message):
        """Back to the list."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = "detail"
        self.auto_links = False  # there are none, and looking for them costs time at every line
        self._row: Row | None = None
        self._listing: Listing | None = None
        self._lines: list[Line] = []
        self._link: Link | None = None
        self._laid = (-1, -1)

    @property
    def text(self) -> str:
        """What is shown, as plain lines."""
        return "\n".join(line.plain for line, _ in self._lines)

    @property
    def link(self) -> Link | None:
        """Where Enter leads."""
        return self._link

    # ---- what is shown

    def show(self, row: Row | None, listing: Listing | None) -> None:
        """Show the detail of a row. The place in the text stays where it is the same finding."""
        if row is self._row and listing is self._listing and self._laid[0] == self._room:
            return  # a letter of the filter left the cursor where it was
        same = row is not None and self._row is not None and row.key == self._row.key
        self._row, self._listing = row, listing
        self._lay(stay=same)

    def on_resize(self) -> None:
        """Lines are wrapped anew."""
        if self._laid[0] != self._room:
            self._lay(stay=True)

    @property
    def _room(self) -> int:
        return max(2, self.size.width - 1)

    def _lay(self, *, stay: bool) -> None:
        row, listing, room = self._row, self._listing, self._room
        if row is None or listing is None or not self.size.width:
            self._take([], stay=False)
        elif weight(row) <= LIGHT:
            self.workers.cancel_group(self, "layout")
            self._take(folded(document(row, listing, room), room), stay=stay)
        else:
            self._take([(Content("  laying out a long text ..."), None)], stay=stay)
            job = partial(self._lay_slowly, row, listing, room, stay=stay)
            beside(self, job, what="lay out the text", group="layout")

    async def _lay_slowly(self, row: Row, listing: Listing, room: int, *, stay: bool) -> None:
        def laid() -> list[Line]:
            return folded(document(row, listing, room), room)

        try:
            lines = await asyncio.to_thread(laid)
        except Exception as error:  # told instead of ending the screen
            lines = [(Content(f"  this detail could not be laid out: {type(error).__name__}"), None)]
        self._take(lines, stay=stay)

    def _take(self, lines: list[Line], *, stay: bool) -> None:
        self._lines = lines
        self._laid = (self._room, len(lines))
        resize_content(self, Size(0, len(lines)))
        if not stay:
            self._link = None
            self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()

    # ---- moving

    def action_step(self, by: int) -> None:
        """To the next link in sight, else a line further."""
        top, height = self.scroll_offset.y, self.size.height
        place = next_link(self._lines, self._link, by, range(top, top + height))
        if place is not None and top - 1 <= place <= top + height:
            self._link = self._lines[place][1]
            there = Region(0, place, 1, min(extent(self._lines, place), max(1, height)))
            self.scroll_to_region(there, animate=False, immediate=True, force=True)
            self.refresh()
        else:
            self.scroll_relative(y=by, animate=False, immediate=True)

    def action_scroll_home(self) -> None:
        """To the title."""
        self.scroll_home(animate=False, immediate=True, x_axis=False)

    def action_scroll_end(self) -> None:
        """To the last line."""
        self.scroll_end(animate=False, immediate=True, x_axis=False)

    def action_page_up(self) -> None:
        """A page up."""
        self.scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        """A page on."""
        self.scroll_page_down(animate=False)

    def action_follow(self) -> None:
        """Open what the marked line leads to; without one, the first proof."""
        link = self._link or next((link for _, link in self._lines if link is not None), None)
        if link is not None:
            self.post_message(self.Followed(link))

    def action_leave(self) -> None:
        """Back to the list."""
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        """A click on a line that leads somewhere opens it."""
        offset = event.get_content_offset(self)
        place = offset.y + self.scroll_offset.y if offset else len(self._lines)
        link = self._lines[place][1] if place < len(self._lines) else None
        if link is not None and self.text_selection is None:
            self._link = link
            self.refresh()
            self.post_message(self.Followed(link))

    # ---- drawing

    def render_line(self, y: int) -> Strip:
        """The line at that height; `›` before the one that Enter opens."""
        width, place = self.size.width, y + self.scroll_offset.y
        if place >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        line, link = self._lines[place]
        if link is not None and link is self._link and self.has_focus:
            first = place == 0 or self._lines[place - 1][1] is not link
            if first and line.plain[:1] == " ":
                line = Content("›") + line[1:]
            line = line.stylize("on $boost bold")
        if (selection := self.text_selection) is not None and (span := selection.get_span(place)) is not None:
            start, end = span
            chosen = self.screen.get_visual_style("screen--selection")
            line = line.stylize(chosen, start, len(line) if end == -1 else end)
        strips = Visual.to_strips(self, line, width, 1, self.visual_style, apply_selection=False, pad=True)
        strip = strips[0] if strips else Strip.blank(width, self.rich_style)
        return strip.apply_offsets(0, place)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text that the mouse marked."""
        return selection.extract(self.text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002
        """What the mouse marks is drawn at once."""
        self.refresh()

    def watch_has_focus(self, has_focus: bool) -> None:
        """The marked line shows only where the keys go."""
        super().watch_has_focus(has_focus)
        self.refresh()
