"""The field above the list: words that a row must have."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.causes.cause_list import CauseList
from tui.without_layout import Field


class Filter(Field):
    """Seen only while it filters. Enter and down go to what was found, escape ends it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "All rows", id="filter.end", tooltip="Show all rows again"),
        Binding("down,enter", "to_list", "To the list", id="filter.list", tooltip="To what was found"),
    ]

    def on_mount(self) -> None:
        """Nothing is filtered at first."""
        self.display = False

    def begin(self) -> None:
        """Open it."""
        self.display = True
        self.focus()

    def end(self) -> None:
        """All rows, and no field."""
        self.value = ""
        self._list.filter("")
        self._list.focus()
        self.display = False

    def action_close(self) -> None:
        """Escape."""
        self.end()

    def action_to_list(self) -> None:
        """Keep what was found, and go there."""
        if not self.value.strip():
            self.end()
        self._list.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as one types."""
        event.stop()
        self._list.filter(event.value)

    @property
    def _list(self) -> CauseList:
        return self.screen.query_one(CauseList)
