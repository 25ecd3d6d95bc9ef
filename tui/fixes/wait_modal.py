"""A word in place of a fix, while the diagnosis that knows its lines is not there yet."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.beside import beside
from tui.footer import KeyLine
from tui.surviving import Surviving

WAITS = "the file was changed a moment ago; the next fix is shown as soon as the diagnosis is renewed"


class WaitModal(Surviving, ModalScreen[bool]):
    """Stays until `wait` is over; the answer is whether the person stayed, too."""

    HELP = """\
A fix was just applied or taken back, so the lines of the findings have moved. The next fix is shown once the diagnosis
is renewed. Nothing is applied before you have seen it; Escape goes back to the causes.
"""
    CSS_PATH = "fixes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "Apply", id="wait.apply", tooltip="Applies nothing yet", show=False),
        Binding("escape", "leave", "Close", id="wait.close", tooltip="Go back; the diagnosis goes on"),
    ]
    AUTO_FOCUS = "#wait-box"

    def __init__(self, wait: Callable[[], Coroutine[Any, Any, None]]) -> None:
        super().__init__()
        self._wait = wait

    def compose(self) -> ComposeResult:
        """What is waited for, and a way out."""
        with Vertical(id="wait-box"):
            yield Static(Content(WAITS), id="text-title")
            yield Static(id="wait-status", markup=False)
            with Horizontal(id="text-buttons"):
                yield Button("Close", id="close", compact=True, tooltip="Escape")
        yield KeyLine()

    def on_mount(self) -> None:
        """Wait."""
        self.query_one("#wait-box").can_focus = True
        self.query_one("#wait-box").focus()
        beside(self, self._over, what="wait for the diagnosis", group="wait")

    async def _over(self) -> None:
        await self._wait()
        if self.is_attached:
            self.dismiss(True)

    def action_apply(self) -> None:
        """Say why Enter does nothing."""
        self.query_one("#wait-status", Static).update("nothing is applied yet: the fix is not shown yet")

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The only one there is."""
        event.stop()
        self.action_leave()
