"""What stands above and below a log: which one it is, what is shown of it, where one is, and a line to type in."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Select, Static

from tui.without_layout import Field


class Chip(Static):
    """A word that says what is shown, and changes it on a click as its key does."""

    DEFAULT_CSS = """
    Chip { width: auto; height: 1; padding: 0 1; color: $text-muted; }
    Chip:hover { background: $boost; }
    Chip.on { color: $text; text-style: bold; }
    """

    class Pressed(Message):
        """Do what the key does."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, action: str, tip: str) -> None:
        super().__init__(markup=False, id=f"chip-{action}")
        self._does = action
        self._text = ""
        self.tooltip = tip

    def tell(self, text: str, *, on: bool, there: bool = True) -> None:
        """Say how it stands."""
        if text != self._text:
            self._text = text
            self.update(text)
        self.set_class(on, "on")
        self.display = there

    def on_click(self, event: events.Click) -> None:
        """As the key."""
        event.stop()
        self.post_message(self.Pressed(self._does))


class LogBar(Horizontal):
    """The log to choose, and the chips."""

    DEFAULT_CSS = """
    LogBar { height: 1; background: $panel; }
    LogBar > Select { width: 1fr; min-width: 16; }
    """

    def compose(self) -> ComposeResult:
        """Chooser, chips."""
        yield Select[int]((), compact=True, allow_blank=True, prompt="no log", tooltip="Choose a log ([ and ])")
        yield Chip("level", "Which levels are shown (e)")
        yield Chip("stream", "Which streams are shown (o)")
        yield Chip("run", "Which run of the service is shown (s)")
        yield Chip("wrap", "Wrap long lines (W)")
        yield Chip("follow", "Show what is added; ends when you go back (F)")

    def offer(self, sources: Sequence[str], chosen: int | None) -> None:
        """The logs there are."""
        select = self.query_one(Select)
        with self.prevent(Select.Changed):
            many = len(sources) > 1
            words = [f"previous run: {source}" if source.endswith(" --previous") else source for source in sources]
            names = [f"{number}/{len(words)} {source}" if many else source for number, source in enumerate(words, 1)]
            select.set_options((Content(name), at) for at, name in enumerate(names))
            if chosen is not None:
                select.value = chosen
        select.disabled = not sources

    def chip(self, action: str) -> Chip:
        """The chip of an action."""
        return self.query_one(f"#chip-{action}", Chip)


class LogAsk(Field):
    """One line: what to search, or where to go. It is there only while somebody types."""

    DEFAULT_CSS = "LogAsk { display: none; height: 1; border: none; padding: 0; background: $boost; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="log-ask.leave", tooltip="Leave the line, and what was searched"),
        Binding("ctrl+r", "regex", "Text or pattern", id="log-ask.regex", tooltip="Search plain text or a pattern"),
    ]

    class Left(Message):
        """Nothing shall be searched."""

    def __init__(self) -> None:
        super().__init__(compact=True)
        self.asks_for = "search"
        self.is_regex = False

    def ask(self, what: str) -> None:
        """Show the line for `search` or `goto`."""
        self.asks_for = what
        with self.prevent(Input.Changed):
            self.value = ""
        self._prompt()
        self.display = True
        self.focus()

    def _prompt(self) -> None:
        kind = "pattern (RE2)" if self.is_regex else "text"
        self.placeholder = f"search {kind}; ctrl+r changes" if self.asks_for == "search" else "line number, or a time"

    def action_regex(self) -> None:
        """Text, or a pattern."""
        self.is_regex = not self.is_regex
        self._prompt()
        self.post_message(Input.Changed(self, self.value))

    def action_leave(self) -> None:
        """Nothing."""
        self.display = False
        self.post_message(self.Left())
