"""What all screens show: one call, how far it has come, and what came of it."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doctor.diagnosis.call import Call
    from doctor.diagnosis.result import Diagnosis, Done, Failed


@dataclass(frozen=True)
class Step:
    """One step of a diagnosis under way. Times are of time.monotonic; `ended` is None while it lasts."""

    what: str
    began: float
    ended: float | None = None

    @property
    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        return (time.monotonic() if self.ended is None else self.ended) - self.began


@dataclass
class State:
    """The app's one state. Screens read it; only the app writes it.

    `number` is the place of the shown diagnosis in `done.diagnosed`. `earlier` holds the diagnoses before the last
    renewal, by the name of their target; `seen` when each call was diagnosed last, in seconds since the epoch.
    `failed` is set where the last call came to nothing; `done` is then that of the call before.
    """

    call: "Call | None" = None
    done: "Done | None" = None
    number: int = 0
    earlier: "dict[str, Diagnosis]" = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    failed: "Failed | None" = None
    running: bool = False
    watching: bool = False

    @property
    def diagnosis(self) -> "Diagnosis | None":
        """The diagnosis that is shown."""
        found = self.done.diagnosed if self.done else ()
        return found[self.number] if self.number < len(found) else None

    @property
    def before(self) -> "Diagnosis | None":
        """The same target's diagnosis before the last renewal."""
        return self.earlier.get(self.diagnosis.report.target.name) if self.diagnosis else None

    def began(self, what: str) -> None:
        """A step begins, and ends the one before."""
        now = time.monotonic()
        self.steps = (*self._ended(now), Step(what, now))

    def ended(self) -> None:
        """The last step is done."""
        self.steps = self._ended(time.monotonic())
        self.running = False

    def _ended(self, now: float) -> tuple[Step, ...]:
        return tuple(Step(one.what, one.began, now) if one.ended is None else one for one in self.steps)
