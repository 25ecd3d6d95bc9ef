"""What every screen of doctor is: it shows the app's state, says what it is for, and names its keys."""

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from tui.state import State
from tui.surviving import Surviving

if TYPE_CHECKING:
    from checks.finding import Finding
    from tui.app import DoctorApp


class DoctorScreen(Surviving, Screen[None]):
    """Base of the four screens. HELP is Markdown: what one sees here, and what to do first."""

    HELP: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self._is_there = False

    @property
    def doctor(self) -> "DoctorApp":
        """The app, with its own type."""
        from tui.app import DoctorApp

        assert isinstance(self.app, DoctorApp)
        return self.app

    @property
    def state(self) -> State:
        """What is shown."""
        return self.doctor.state

    @property
    def finding(self) -> "Finding | None":
        """The finding that keys such as `fix` and `copy` speak of; None where none is chosen."""
        causes = self.state.diagnosis.report.causes if self.state.diagnosis else ()
        return causes[0] if causes else None

    def show(self) -> None:
        """Draw the state. Called when the screen comes to the front, and whenever the state changes meanwhile."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Draw the state, if there is something to draw on yet."""
        if self._is_there:
            self.show()

    def on_mount(self) -> None:
        """The widgets are there."""
        self._is_there = True

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        self.catch_up()
