"""Do what will be needed soon, while something outside is waited for."""

from collections.abc import Callable
from contextlib import suppress
from threading import Thread

_under_way: list[Thread] = []


def ahead(*jobs: Callable[[], object]) -> None:
    """Call these one after the other in a thread. What fails there fails again where it is needed, and is told there.

    Worth it before a wait: two hundred files of checks take as long to load as an engine to read a stopped container.
    """

    def run() -> None:
        for job in jobs:
            with suppress(Exception):
                job()

    thread = Thread(target=run, name="ahead")
    _under_way.append(thread)
    thread.start()


def arrived() -> None:
    """Wait until everything is done: nothing is begun a second time."""
    while _under_way:
        _under_way.pop().join()
