"""A question: which folder is to be held against what is inside?"""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from tui.surviving import Surviving


class FolderQuestion(Surviving, ModalScreen[Path | None]):
    """Ends with the folder, or None."""

    HELP = "Type the folder of your own copy of the code. Enter compares, Escape leaves all as it is."
    DEFAULT_CSS = """
    FolderQuestion { align: center middle; }
    FolderQuestion > Vertical { width: 72; max-width: 96%; height: auto; border: round $primary; padding: 0 1; }
    FolderQuestion Input { margin: 1 0 0 0; }
    FolderQuestion #said { color: $text-error; height: auto; min-height: 1; }
    FolderQuestion Horizontal { height: auto; align-horizontal: right; }
    FolderQuestion Button { margin-left: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="folder.leave", tooltip="Leave all as it is")
    ]

    def __init__(self, given: str) -> None:
        super().__init__()
        self._given = given

    def compose(self) -> ComposeResult:
        """Text, path, buttons."""
        with Vertical() as box:
            box.border_title = "Compare with your own copy"
            yield Static(
                "The folder on this machine that holds the code as it should be. It is only read.", markup=False
            )
            field = Input(self._given, placeholder="path of a folder", compact=True)
            field.tooltip = "A path, ~ is your home"
            yield field
            yield Static(id="said", markup=False)
            with Horizontal():
                yield Button("Compare", variant="primary", id="compare", compact=True, tooltip="Compare (Enter)")
                yield Button("Leave", id="leave", compact=True, tooltip="Leave all as it is (Escape)")

    @on(Button.Pressed, "#compare")
    @on(Input.Submitted)
    def _given_one(self) -> None:
        """A folder that is there ends the question."""
        text = self.query_one(Input).value.strip()
        folder = Path(text).expanduser()
        if text and folder.is_dir():
            self.dismiss(folder)
        else:
            self.query_one("#said", Static).update(f"{text} is no folder here" if text else "type a path")

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """No folder."""
        self.dismiss(None)
