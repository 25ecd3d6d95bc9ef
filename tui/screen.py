"""What every screen of doctor is: it shows the app's state, says what it is for, and names its keys."""

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.screen import UPDATE_PERIOD, Screen
from textual.timer import Timer

from tui.state import State
from tui.surviving import Surviving

if TYPE_CHECKING:
    from checks.finding import Finding
    from tui.app import DoctorApp

ROUNDS = 20
"""Rounds of the event loop: a key takes fewer to reach all that it changes, each part handing it to the next."""
PERIOD = UPDATE_PERIOD / 2
"""Seconds between two frames: twice that, since the timer lets one pass by wherever nothing was to be painted."""
PATIENCE = UPDATE_PERIOD
"""Seconds after which is painted what there is, where the rounds are slow."""


class DoctorScreen(Surviving, Screen[None]):
    """Base of the four screens. HELP is Markdown: what one sees here, and what to do first."""

    HELP: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self._is_there = False
        self._painting: Timer | None = None

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

    @property
    def _update_timer(self) -> Timer:
        """What Textual resumes when there is something to paint."""
        if self._painting is None:
            self._painting = self.set_interval(PERIOD, self._paint, name="paint", pause=True)
        return self._painting

    async def _paint(self) -> None:
        """Paint once all that a key changes has changed; Textual paints the first part, and the rest a frame later."""
        end = monotonic() + PATIENCE
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
            if monotonic() > end:
                break
        self._on_timer_update()

    def on_mount(self) -> None:
        """The widgets are there."""
        self._is_there = True

    def on_screen_resume(self) -> None:
        """Show what changed meanwhile."""
        self.catch_up()
