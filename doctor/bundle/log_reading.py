"""Read a log in a thread of its own: a source that falls silent is waited for up to a moment, and what came is kept."""

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Lock, Thread
from time import monotonic

from doctor.errors import CannotExamine
from doctor.logs.spooling import read_whole
from doctor.logs.wholes import Whole

Block = tuple[bytes, bytes]
"""Some lines, each with its end, and a digit for each: its mark."""
_BLOCK = 1 << 16  # bytes of lines that go together
_AHEAD = 4  # blocks that are read before the first of them is taken


class _Left(Exception):
    """Nobody takes what is read."""


class Reading:
    """The lines of one log. `told` is what is to be told of its end, `failed` why it was not read to its end."""

    def __init__(self, whole: Whole) -> None:
        self.told = ""
        self.failed: Exception | None = None
        self.is_late = False
        self._whole = whole
        self._blocks: Queue[Block | None] = Queue(_AHEAD)
        self._lines, self._marks = bytearray(), bytearray()
        self._lock = Lock()
        self._left = False

    def blocks(self, until: float) -> Iterator[Block]:
        """What is there until that moment (of the monotonic clock); then what has come so far. Raises what failed."""
        Thread(target=self._read, daemon=True).start()
        try:
            while (left := until - monotonic()) > 0:
                block = self._blocks.get(timeout=left)
                if block is None:
                    break
                yield block
            else:
                self.is_late = True
        except Empty:
            self.is_late = True
        finally:
            self._left = True
        if self.is_late:
            yield from self._so_far()
        elif self.failed and not isinstance(self.failed, (CannotExamine, OSError)):
            raise self.failed

    def _so_far(self) -> Iterator[Block]:
        with self._lock:
            while not self._blocks.empty():
                if block := self._blocks.get_nowait():
                    yield block
            if self._marks:
                yield bytes(self._lines), bytes(self._marks)

    def _read(self) -> None:
        try:
            self.told = read_whole(self._whole, self._add, waits=False)
        except _Left:
            return
        except Exception as error:
            self.failed = error
        with suppress(_Left):
            if self._marks:
                self._hand_on()
            self._put(None)

    def _add(self, mark: int, line: bytes) -> None:
        if self._left:
            raise _Left
        with self._lock:
            self._lines += line
            self._lines += b"\n"
            self._marks.append(48 + mark)
        if len(self._lines) >= _BLOCK:
            self._hand_on()

    def _hand_on(self) -> None:
        with self._lock:
            block = bytes(self._lines), bytes(self._marks)
            self._lines, self._marks = bytearray(), bytearray()
        self._put(block)

    def _put(self, block: Block | None) -> None:
        while not self._left:
            try:
                return self._blocks.put(block, timeout=0.5)
            except Full:
                continue
        raise _Left
