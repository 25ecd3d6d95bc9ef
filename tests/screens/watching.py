"""A fixture that watches a target in a thread, as the app does."""

import queue
import threading
from collections.abc import Callable, Iterator

import pytest

from doctor.watching.change import Change, Stop

Told = queue.Queue[str]
Watch = Callable[[Callable[[Stop], Iterator[Change]]], Told]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Follow `changes(stop)`; what is told comes in a queue, and each thread has to end when it is told to."""
    stop, threads = Stop(), []

    def begin(changes: Callable[[Stop], Iterator[Change]]) -> Told:
        told: Told = queue.Queue()

        def read() -> None:
            for change in changes(stop):
                told.put(change.what)

        threads.append(threading.Thread(target=read))
        threads[-1].start()
        return told

    yield begin
    stop.set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive(), "the thread waits on"
