"""A bar on the terminal that tells how far a long triage has come. Nothing where standard error is no terminal."""

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from doctor.logs.inputs import Input, Refused
from doctor.logs.many import Result

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

AFTER = 0.5  # seconds; what is done by then needs no bar


class Progress:
    """Counts what was found and what was judged, and shows it."""

    def __init__(self, *, shown: bool) -> None:
        self.shown = shown
        self.began = time.monotonic()
        self.found = self.done = self.failing = 0
        self.total: int | None = None
        self.bar: Bar | None = None

    def counted(self, inputs: Iterable[Input | Refused]) -> Iterator[Input | Refused]:
        """The same inputs, counted as they pass."""
        for one in inputs:
            self.found += 1
            yield one
        self.total = self.found

    def judged(self, result: Result) -> None:
        """One more result."""
        self.done += 1
        self.failing += not isinstance(result, Refused) and bool(result.causes)
        if not self.shown or (self.bar is None and time.monotonic() - self.began < AFTER):
            return
        if self.bar is None:
            self.bar = self._start()
        rate = self.done / (time.monotonic() - self.began)
        self.bar.update(
            self.bar.task_ids[0],
            completed=self.done,
            total=max(self.total, self.done) if self.total else None,
            description=f"{self.done:,} logs, {rate:,.0f} a second, {self.failing:,} failing",
        )

    def _start(self) -> "Bar":
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(bar_width=24), TextColumn("{task.description}"), TimeRemainingColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.add_task("", total=None)
        bar.start()
        return bar

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()
