"""Toasts stand where nobody is at: few and short, beside the dialog and the row under the cursor, never on the keys."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from textual import events
from textual.app import App
from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget

MOST = 3
"""Toasts at once; an older one gives its place to a newer one, and is one line beside it."""
MOST_LINES = 5
"""Lines of the newest one. What does not fit is cut: a toast is a hint, and the screen tells the rest."""


class Place(NamedTuple):
    """Where the toasts stand: from the upper or the lower edge, and whether each is one line."""

    above: bool
    margin: int
    short: bool


class Toasts(App[None]):
    """For the app, before Textual's own class."""

    CSS = f"""
    ToastRack {{ margin: 0 0 1 0; overflow-y: hidden; }}
    ToastRack.-above {{ dock: top; }}
    Toast {{ margin: 0; padding: 0 1; max-height: {MOST_LINES}; }}
    ToastHolder.-short Toast {{ max-height: 1; }}
    """

    def _refresh_notifications(self) -> None:
        """Show the newest ones, and find a place for them."""
        there = list(self._notifications)
        for old in there[: max(0, len(there) - MOST)]:
            del self._notifications[old]
        super()._refresh_notifications()
        self._place_soon()

    async def on_event(self, event: events.Event) -> None:
        """The cursor moves with keys and clicks, and toasts make way for it."""
        await super().on_event(event)
        if isinstance(event, events.Key | events.MouseUp | events.Resize) and len(self._notifications):
            self._place_soon()

    def _place_soon(self) -> None:
        if self._screen_stack:
            self.call_later(self.screen.call_after_refresh, self._place)

    def _place(self) -> None:
        if not len(self._notifications) or not self._screen_stack:
            return
        from textual.widgets._toast import Toast, ToastRack

        screen = self.screen
        for rack in screen.query_children(ToastRack):
            toasts = list(rack.query(Toast))
            lines = len(toasts) - 1 + (_lines(toasts[-1]) if toasts else 0)
            edges = (0 if screen.is_modal else 1, 1)
            found = place(lines, len(toasts), screen.size.height, edges, taken(screen))
            rack.set_class(found.above, "-above")
            rack.styles.margin = (found.margin, 0, 0, 0) if found.above else (0, 0, found.margin, 0)
            for holder in rack.children:
                holder.set_class(found.short or holder is not rack.children[-1], "-short")


def _lines(toast: Widget) -> int:
    """How high the newest toast is when it may."""
    width = max(1, min(60, toast.screen.size.width // 2) - toast.gutter.width)
    return min(MOST_LINES, toast.get_content_height(toast.screen.size, toast.screen.size, width))


def place(lines: int, toasts: int, height: int, edges: tuple[int, int], taken: Sequence[range]) -> Place:
    """The first place that covers nothing of `taken`: below, above, and the same with shorter toasts.

    `edges` are rows at the upper and the lower edge that stay free: the heading, the keys.
    """
    upper, lower = edges
    for high in dict.fromkeys((lines, toasts, 1)):
        below, above = range(height - lower - high, height - lower), range(upper, upper + high)
        for rows in (below, above):
            if rows.start >= 0 and not any(max(rows.start, one.start) < min(rows.stop, one.stop) for one in taken):
                return Place(rows is above, upper if rows is above else lower, high < lines)
    return Place(above=False, margin=lower, short=True)


def taken(screen: Screen[Any]) -> list[range]:
    """Rows of the screen that somebody reads or writes just now: the dialog, and the line under the cursor."""
    found = []
    if screen.is_modal:
        parts = [one for one in screen.children if not one.has_class("-textual-system")]
        found += [range(one.region.y, one.region.bottom) for one in parts if one.region.area]
    if screen.focused is not None:
        found.append(_row(screen.focused))
    return found


def _row(focused: Widget) -> range:
    """The row under the cursor of what has the focus; of a small part all of it."""
    region = focused.content_region
    if focused.region.height <= MOST:
        return range(focused.region.y, focused.region.bottom)
    cursor, offset = getattr(focused, "cursor", None), getattr(focused, "cursor_screen_offset", None)
    if isinstance(cursor, int):  # a list
        row = region.y + getattr(focused, "HEAD", 0) + cursor - focused.scroll_offset.y
    elif isinstance(offset, Offset):  # a text that is edited
        row = offset.y
    else:
        return range(0)
    return range(row, row + 1)
