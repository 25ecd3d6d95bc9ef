"""How much time is left."""

import time


class Deadline:
    """Ends a number of seconds after it was made."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, most: float = float("inf")) -> float:
        """Seconds until the end, at most so many, and never less than a moment."""
        return max(0.05, min(most, self._end - time.monotonic()))

    @property
    def over(self) -> bool:
        """True when too little is left to begin anything."""
        return self._end - time.monotonic() < 0.1
