"""Ends what doctor has started (processes, containers) when doctor itself is ended: at exit, by SIGTERM or SIGHUP.

An exception and Ctrl-C end the `with` blocks that hold such things; this is for everything else.
"""

import atexit
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any, ClassVar, Protocol

_MOST_PRESSED = 3  # Ctrl-C: an engine that answers no more must not hold a person


class Stoppable(Protocol):
    """Something that must not outlive doctor."""

    def stop(self) -> None:
        """End it and remove what it left. May be called again, also in the middle of itself."""


class Guard:
    """Stops what still runs when the interpreter exits, is told to terminate, or loses its terminal."""

    _running: ClassVar[dict[Stoppable, None]] = {}  # in the order in which they were added
    _ours: ClassVar[list[int]] = []
    _lock = threading.RLock()

    @classmethod
    def add(cls, running: Stoppable) -> None:
        """Guard one more; the first one puts signal handlers in place where nobody has one."""
        with cls._lock:
            if not cls._running and threading.current_thread() is threading.main_thread():
                for name in ("SIGTERM", "SIGHUP"):
                    number = getattr(signal, name, None)
                    if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                        signal.signal(number, cls._terminated)
                        cls._ours.append(number)
            cls._running[running] = None

    @classmethod
    def remove(cls, running: Stoppable) -> None:
        """Guard one less; the last one takes the handlers away."""
        with cls._lock:
            cls._running.pop(running, None)
            if not cls._running and threading.current_thread() is threading.main_thread():
                while cls._ours:
                    signal.signal(cls._ours.pop(), signal.SIG_DFL)

    @classmethod
    def stop_all(cls) -> None:
        """End everything, the last one first: what was made from another thing goes before it."""
        for running in reversed(list(cls._running)):
            with contextlib.suppress(Exception):
                running.stop()

    @classmethod
    def _terminated(cls, number: int, _frame: FrameType | None) -> None:
        cls.stop_all()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C, SIGTERM and SIGHUP until the block is over; a third Ctrl-C breaks it off.

    Only the main thread is ever disturbed by them, so elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []

    def hold(number: int, _frame: FrameType | None) -> None:
        held.append(number)
        if held.count(signal.SIGINT) >= _MOST_PRESSED:
            raise KeyboardInterrupt

    before: dict[int, Any] = {}
    try:
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not None:
                before[number] = signal.signal(number, hold)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in sorted(set(held), key=lambda one: one == signal.SIGINT):  # what ends the process goes first
            signal.raise_signal(number)


atexit.register(Guard.stop_all)
