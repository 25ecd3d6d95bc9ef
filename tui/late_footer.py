"""Textual's line of keys, made after the first paint, and anew only where it shows other keys."""

from textual.compose import compose
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Label
from textual.widgets._footer import FooterKey


class LateFooter(Footer):
    """Textual mounts all keys anew at each step of the focus, at the start three times before anything is painted."""

    _is_due = False

    def bindings_changed(self, screen: "Screen[object]") -> None:
        """Once for all changes that come together, when they are painted."""
        self._bindings_ready = True
        if not self._is_due and screen.app.app_focus and self.is_attached and screen is self.screen:
            self._is_due = True
            # the app hears of it when the start is over; then this line does, whose own the keys have to be
            self.app.call_later(self.call_later, self._once_painted)

    def _once_painted(self) -> None:
        if not self.call_after_refresh(self._renew):
            self._is_due = False

    async def _renew(self) -> None:
        self._is_due = False
        await self.recompose()

    async def recompose(self) -> None:
        """Make the keys anew, unless they are those that are there."""
        if self.is_attached and [*map(_told, compose(self))] != [*map(_told, self.children)]:
            await super().recompose()


def _told(part: Widget) -> tuple[object, ...]:
    """What a part of the line shows and does."""
    if isinstance(part, FooterKey):
        return part.key_display, part.description, part.key, part.action, part.tooltip, part.has_class("-disabled")
    inner = part.children or part._pending_children  # noqa: SLF001 # made, not mounted
    return type(part), str(part.content) if isinstance(part, Label) else "", *map(_told, inner)
