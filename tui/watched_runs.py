"""When a watched target is diagnosed again: not too often for what comes by itself, and never because of itself."""

import time
from collections import Counter
from pathlib import Path

from doctor.watching.change import Change

SOON, LATE = 3.0, 60.0  # seconds between renewals that no person's edit caused
TIMES = 4  # diagnoses in a row during which a file changes that is therefore not a person's
SLACK = 1.0  # seconds after the end of a diagnosis in which its last writing may be seen


class Pace:
    """The time between renewals: longer while they tell nothing new."""

    def __init__(self) -> None:
        self._pause = SOON
        self._last: float | None = None

    def left(self) -> float:
        """Seconds until the next one."""
        return 0.0 if self._last is None else max(0.0, self._last + self._pause - time.monotonic())

    def renewed(self, differs: bool) -> None:
        """There was one just now."""
        self._last = time.monotonic()
        self._pause = SOON if differs else min(self._pause * 2, LATE)


class Suspects:
    """Files that change each time the script runs are written by it: no reason to run it again."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()
        self._now: set[str] = set()
        self._own: set[str] = set()
        self._ended = 0.0

    def met(self, change: Change | None, began: float) -> None:
        """A change that was told while a diagnosis ran, which began at that time."""
        if change is not None and change.when is not None and change.when >= began:
            self._now |= {path for path in change.paths if not path.endswith(".py")}

    def ended(self) -> list[str]:
        """The diagnosis is over; the names of files that are known from now on to be its own doing."""
        for path in self._times.keys() - self._now:
            del self._times[path]
        self._times.update(self._now)
        self._now, self._ended = set(), time.time()
        caught = {path for path, times in self._times.items() if times >= TIMES} - self._own
        self._own |= caught
        return sorted(Path(path).name for path in caught)

    def made(self, change: Change) -> bool:
        """Whether a change is of such files alone, and was not made while nothing ran."""
        if not change.paths or not change.paths <= self._own:
            return False
        return self._now != set() or change.when is None or change.when <= self._ended + SLACK
