"""A text to be selected, copied or saved by hand: where a terminal takes no clipboard, and where a change is shown."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static, TextArea

from doctor.redact import redact_lines
from doctor.reports.clean import printable
from tui.footer import KeyLine
from tui.surviving import Surviving


class TextModal(Surviving, ModalScreen[str | None]):
    """Shows a text; the answer is `save` when it is to be written into a file."""

    HELP = """\
The text that was to be copied. Select it with the mouse (in most terminals with Shift held down), or with Shift and
the arrow keys; `y` copies it once more, `s` saves it in a file.
"""
    CSS_PATH = "fixes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", id="text.copy", tooltip="Copy it once more"),
        Binding("s", "save", "Save", id="text.save", tooltip="Write it into a file"),
        Binding("escape", "leave", "Close", id="text.close", tooltip="Go back"),
    ]

    def __init__(
        self, title: str, text: str, copy: Callable[[str], None], note: str = "", *, is_prose: bool = False
    ) -> None:
        super().__init__()
        self._is_prose = is_prose  # to be read; what is to be copied keeps its lines
        self._title = title
        self.text = printable(redact_lines(text))
        self._copy = copy
        self._note = note

    def compose(self) -> ComposeResult:
        """Title, text, buttons."""
        with Vertical(id="text-box"):
            yield Static(Content(self._title), id="text-title")
            yield Static(Content(self._note), id="text-note")
            yield TextArea(self.text, read_only=True, soft_wrap=self._is_prose, id="text-area", compact=True)
            with Horizontal(id="text-buttons"):
                yield Button("Copy", id="copy", compact=True, tooltip="y")
                yield Button("Save in a file", id="save", compact=True, tooltip="s")
                yield Button("Close", id="close", compact=True, tooltip="Escape")
        yield KeyLine()

    def on_resize(self) -> None:
        """Leave room for the buttons on small terminals."""
        self.query_one("#text-area").styles.max_height = max(3, self.size.height - 9)

    def action_copy(self) -> None:
        """Copy what is selected, else all."""
        self._copy(self.query_one(TextArea).selected_text or self.text)

    def action_save(self) -> None:
        """Ask for a file."""
        self.dismiss("save")

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Buttons do what the keys do."""
        event.stop()
        getattr(self, {"copy": "action_copy", "save": "action_save"}.get(event.button.id or "", "action_leave"))()
