"""Changes from a thread of its own to the event loop, and the end of that thread."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from types import TracebackType

from doctor.watching.change import Change, Stop

ENDING = 2.0  # seconds that the thread has to end; it is a daemon, and holds nothing that outlives the process


class Feed:
    """`async with Feed(...)`: changes, one by one; those that nobody took are given as one."""

    def __init__(self, changes: Callable[[Stop], Iterator[Change]]) -> None:
        self._changes = changes
        self._stop = Stop()
        self._held: Change | None = None
        self._error: BaseException | None = None
        self._news = asyncio.Event()
        self._over = asyncio.Event()

    async def __aenter__(self) -> "Feed":
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, name="watching", daemon=True).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), ENDING)

    async def wait(self) -> None:
        """Until there is a change. Raises what ended the watching."""
        await self._news.wait()
        if self._error is not None:
            raise self._error

    def take(self) -> Change | None:
        """What came since the last time."""
        held, self._held = self._held, None
        if self._error is None:
            self._news.clear()
        return held

    def peek(self) -> Change | None:
        """The same, left where it is."""
        return self._held

    def _read(self) -> None:
        try:
            for change in self._changes(self._stop):
                self._tell(self._hold, change)
        except BaseException as error:
            self._tell(self._fail, error)
        finally:
            self._tell(self._over.set)

    def _tell(self, function: Callable[..., object], *given: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(function, *given)

    def _hold(self, change: Change) -> None:
        self._held = self._held + change if self._held else change
        self._news.set()

    def _fail(self, error: BaseException) -> None:
        self._error = error
        self._news.set()
