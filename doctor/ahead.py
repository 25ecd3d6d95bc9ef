"""Load what will be needed soon, while something outside is waited for."""

from collections.abc import Callable
from contextlib import suppress
from threading import Thread


def ahead(*loads: Callable[[], object]) -> None:
    """Call these one after the other in a thread. What fails there fails again where it is needed, and is told there.

    Worth it before a wait: two hundred files of checks take as long to load as an engine to read a stopped container.
    """

    def run() -> None:
        with suppress(Exception):
            for load in loads:
                load()

    Thread(target=run, name="ahead").start()
