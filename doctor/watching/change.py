"""One change of a target, and the way to end a thread that waits for the next one."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """What happened, as a person would say it: `score.py changed`.

    `urgent` changes are a person's own edits, and make a running diagnosis stale; others may come by the dozen. `when`
    is the time of the latest one, in seconds since 1970, where it is known; `paths` are the files.
    """

    what: str
    urgent: bool = False
    when: float | None = None
    paths: frozenset[str] = frozenset()

    def __add__(self, later: "Change") -> "Change":
        """Both as one."""
        names = [name for name in self.what.split(", ") if name != later.what]
        when = None if self.when is None or later.when is None else max(self.when, later.when)
        what = ", ".join([*names[-2:], later.what])
        return Change(what, self.urgent or later.urgent, when, self.paths | later.paths)


class Stop:
    """Ends what waits, whatever it waits for: `set()` may be called by any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._ends: list[Callable[[], object]] = []

    def is_set(self) -> bool:
        """Whether to end."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait; true as soon as it is to end."""
        return self._event.wait(seconds)

    def set(self) -> None:
        """End it."""
        with self._lock:
            self._event.set()
            ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(Exception):  # a connection that is gone anyway
                end()

    @contextlib.contextmanager
    def ending(self, end: Callable[[], object]) -> Iterator[None]:
        """While something waits that only `end()` can wake."""
        with self._lock:
            self._ends.append(end)
            late = self._event.is_set()
        try:
            if late:
                end()
            yield
        finally:
            with self._lock:
                if end in self._ends:
                    self._ends.remove(end)
