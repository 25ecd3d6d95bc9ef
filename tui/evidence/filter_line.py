"""The line above a list: words that rows must hold, and how many do."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from tui.without_layout import Field


class Words(Field):
    """Words to filter by; Escape clears them, then goes back to the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back to the list", id="filter.leave", tooltip="Show all rows again"),
        Binding("down", "to_list", "To the list", id="filter.down", show=False, tooltip="Go to the rows"),
    ]

    def action_leave(self) -> None:
        """Clear, and go back."""
        self.value = ""
        self.action_to_list()

    def action_to_list(self) -> None:
        """Go to the rows."""
        self.screen.focus_next()


class FilterLine(Horizontal):
    """Words and count."""

    DEFAULT_CSS = """
    FilterLine { height: 1; padding: 0 1 0 2; }
    FilterLine Words { width: 1fr; }
    FilterLine Static { width: auto; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._room = 0

    def compose(self) -> ComposeResult:
        """The words on the left, the count on the right."""
        words = Words(placeholder="/ filter: words that a row holds", compact=True)
        words.tooltip = "Only rows with all these words are shown; Escape shows all again"
        yield words
        yield Static(markup=False)

    @property
    def words(self) -> str:
        """What was typed."""
        return self.query_one(Words).value

    def count(self, shown: int, every: int, more: str = "") -> None:
        """Say how many rows are shown."""
        text = f"{shown:,} of {every:,}" if shown != every else f"{every:,}"
        tail = f" {'row' if every == 1 else 'rows'}{more}"
        room = len(f" {every:,} of {every:,}{tail}")  # the same at every letter, for which nothing is laid out then
        told = self.query_one(Static)
        told.update(f" {text}{tail}".rjust(room), layout=room != self._room)
        self._room = room
