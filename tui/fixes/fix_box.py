"""The parts of the dialog of a fix, from top to bottom."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from tui.fixes.have_read import HaveRead
from tui.fixes.placeholder_fields import PlaceholderFields


class FixBox(Vertical):
    """Title, safety, what changes, what it asks for, and the buttons."""

    def __init__(self, values: PlaceholderFields) -> None:
        super().__init__(id="fix-box")
        self._values = values

    def compose(self) -> ComposeResult:
        """What is above the box to tick scrolls."""
        yield Static(id="fix-title", markup=False)
        with VerticalScroll(id="fix-body"):
            yield Static(id="fix-safety", markup=False)
            yield Static(id="fix-facts", markup=False)
            yield self._values
            yield Static(id="fix-diff", markup=False)
            yield Static(id="fix-commands", markup=False)
        yield HaveRead("I have read the change", id="fix-read", compact=True)
        yield Static(id="fix-status", markup=False)
        with Horizontal(id="fix-buttons"):
            yield Button("Apply", variant="primary", id="apply", compact=True, tooltip="Enter")
            yield Button("Prove it first", id="prove", compact=True, tooltip="v")
            yield Button("Copy command", id="copy", compact=True, tooltip="y")
            yield Button("Next fix", id="next", compact=True, tooltip="n")
            yield Button("Close", id="close", compact=True, tooltip="Escape")
