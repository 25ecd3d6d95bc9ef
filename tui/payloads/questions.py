"""The questions of the bench: under which name to save, and what to do with edits that are not saved."""

import asyncio
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static, TextArea

from doctor.errors import CannotExamine, ConfigError
from doctor.payloads.header_lines import headers_of
from doctor.payloads.keeping import Exists, keep
from tui.footer import KeyLine
from tui.surviving import Surviving

_CSS = """
KeepModal, UnsavedModal { align: center middle; }
.question { width: 96%; max-width: 90; height: auto; max-height: 100%; border: round $primary; padding: 0 1; }
.question { background: $surface; }
.question Static { height: auto; }
.question Input { margin-top: 1; }
.question TextArea { height: 6; }
.question .title { text-style: bold; }
.question Horizontal { height: 1; margin-top: 1; }
.question Button { margin-right: 2; }
"""


class KeepModal(Surviving, ModalScreen[Path | None]):
    """Asks for a file name, writes the body there, and answers with the path; None where it was left.

    A file that is there is replaced only when that was asked for a second time.
    """

    HELP = """\
Where the body is to be written. **Enter** saves; where a file of that name is there already, **Enter** once more
replaces it. **Escape** leaves everything as it is.
"""
    DEFAULT_CSS = _CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="keep.leave", tooltip="Save nothing"),
    ]

    def __init__(self, path: Path, body: bytes) -> None:
        super().__init__()
        self._path, self._body = path, body
        self._asked: str | None = None

    def compose(self) -> ComposeResult:
        """Title, name, note, buttons."""
        with Vertical(classes="question"):
            yield Static("save the body as", classes="title")
            yield Input(str(self._path), id="name", select_on_focus=False, compact=True, tooltip="The file to write")
            yield Static("", id="note", markup=False)
            with Horizontal():
                yield Button("Save", variant="primary", id="save", compact=True, tooltip="Enter")
                yield Button("Close", id="leave", compact=True, tooltip="Escape")
        yield KeyLine()

    def on_input_changed(self) -> None:
        """Another name is another question."""
        self._asked = None
        self.query_one("#save", Button).label = "Save"
        self.query_one("#note", Static).update("")

    async def on_input_submitted(self) -> None:
        """Enter saves."""
        await self.action_save()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """Buttons do what the keys do."""
        event.stop()
        if event.button.id == "save":
            await self.action_save()
        else:
            self.action_leave()

    async def action_save(self) -> None:
        """Write the file, or say why not."""
        name = self.query_one("#name", Input).value.strip()
        if not name:
            self._say("give the name of a file")
            return
        path = Path(name).expanduser()
        try:
            await asyncio.to_thread(keep, path, self._body, replace=self._asked == name)
        except Exists:
            self._asked = name
            self.query_one("#save", Button).label = "Replace it"
            self._say(f"{path} is there already; Enter once more replaces it")
        except CannotExamine as error:
            self._say(str(error))
        else:
            self.dismiss(path)

    def action_leave(self) -> None:
        """Save nothing."""
        self.dismiss(None)

    def _say(self, text: str) -> None:
        self.query_one("#note", Static).update(Content(text))


class HeadersModal(Surviving, ModalScreen[str | None]):
    """Asks for the headers that are sent beside the usual ones, a line each; None where it was left."""

    HELP = """\
Headers that your service reads, a line each: `X-Tenant-Id: acme`. They go with every body that is sent from here until
you change them or leave doctor, and are written nowhere. **Ctrl+S** takes them, **Escape** leaves them as they were.
"""
    DEFAULT_CSS = _CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", "Take", id="headers.take", tooltip="Send these from now on", priority=True),
        Binding("escape", "leave", "Close", id="headers.leave", tooltip="Leave them as they were", priority=True),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """Title, lines, note, buttons."""
        with Vertical(classes="question"):
            yield Static("headers to send, a line each: Name: value", classes="title")
            yield TextArea(self._text, id="lines", tab_behavior="focus", compact=True, tooltip="Name: value")
            yield Static("", id="note", markup=False)
            with Horizontal():
                yield Button("Take", variant="primary", id="take", compact=True, tooltip="Ctrl+S")
                yield Button("Close", id="leave", compact=True, tooltip="Escape")
        yield KeyLine()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Buttons do what the keys do."""
        event.stop()
        if event.button.id == "take":
            self.action_take()
        else:
            self.action_leave()

    def action_take(self) -> None:
        """Take the lines, or say which one is no header."""
        text = self.query_one("#lines", TextArea).text
        try:
            headers_of(text)
        except ConfigError as error:
            self.query_one("#note", Static).update(Content(str(error)))
        else:
            self.dismiss(text)

    def action_leave(self) -> None:
        """Leave them as they were."""
        self.dismiss(None)


class UnsavedModal(Surviving, ModalScreen[str]):
    """Asks what to do with edits when the app is left: `save`, `discard` or `stay`."""

    HELP = "Bodies were edited and no file holds the edits. **Escape** stays."
    DEFAULT_CSS = _CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "answer('save')", "Save", id="unsaved.save", tooltip="Save them, one after the other"),
        Binding("d", "answer('discard')", "Leave without", id="unsaved.discard", tooltip="The edits are lost"),
        Binding("escape", "answer('stay')", "Stay", id="unsaved.stay", tooltip="Go on editing"),
    ]

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        """What is not saved, and the buttons."""
        with Vertical(classes="question"):
            yield Static("Edits are not saved", classes="title")
            yield Static(Content("\n".join(self._names[:10])), id="note")
            with Horizontal():
                yield Button("Save", id="save", compact=True, tooltip="s")
                yield Button("Leave without saving", id="discard", compact=True, tooltip="d")
                yield Button("Stay", id="stay", compact=True, tooltip="Escape")
        yield KeyLine()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Buttons do what the keys do."""
        event.stop()
        self.action_answer(event.button.id or "stay")

    def action_answer(self, word: str) -> None:
        """Close with the answer."""
        self.dismiss(word)
