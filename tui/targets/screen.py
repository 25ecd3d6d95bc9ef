"""The screen `targets`."""

from textual.app import ComposeResult
from textual.widgets import Footer, Static

from tui.heading import Heading
from tui.screen import DoctorScreen


class TargetsScreen(DoctorScreen):
    """To be built."""

    HELP = "To be built."

    def compose(self) -> ComposeResult:
        """Heading, text, keys."""
        yield Heading()
        yield Static(id="text", markup=False)
        yield Footer()

    def show(self) -> None:
        """Draw the state."""
        self.query_one(Heading).show()
        self.query_one("#text", Static).update(str(self.state.diagnosis)[:3000])
