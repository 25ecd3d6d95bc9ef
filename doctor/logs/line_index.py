"""Where the lines of a large file stand, known after counting it once: one number for each CHUNK, not one a line.

The file is read by position and never mapped: a mapped file that somebody truncates kills whoever reads it.
"""

import os
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from itertools import accumulate, pairwise

CHUNK = 1 << 18  # bytes between two checkpoints
STEP = 1 << 25  # bytes that one step counts
LONGEST = 4096  # bytes of a line that are read to be shown
_KEPT = 8  # chunks whose lines are remembered


class Held:
    """An open file by its number, closed when nobody holds it any more: a thread may be reading when others let go."""

    def __init__(self, number: int, *, is_ours: bool = False) -> None:
        self.number = number
        self._is_ours = is_ours  # nobody else reads or writes where this one stands

    @classmethod
    def of(cls, path: str) -> "Held":
        """A file to be read. Raises OSError."""
        return cls(os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)), is_ours=True)

    @property
    def size(self) -> int:
        """Bytes of the file as it is now."""
        return os.fstat(self.number).st_size

    def read(self, size: int, offset: int) -> bytes:
        """Some bytes, fewer at the end."""
        return os.pread(self.number, size, offset)

    def next_data(self, offset: int) -> int:
        """Where anything is stored next: a log that was cut while its writer went on begins with a hole."""
        if not self._is_ours or not hasattr(os, "SEEK_DATA"):
            return offset
        try:
            return os.lseek(self.number, offset, os.SEEK_DATA)
        except OSError:  # nothing is stored behind it, or the file system does not tell
            return offset

    def __del__(self) -> None:
        os.close(self.number)


class LineIndex:
    """The lines of an open file that may grow. One thread may count while another reads."""

    def __init__(self, file: Held) -> None:
        self.file = file
        self.counted = 0  # bytes
        self._ends = array("Q")  # line feeds up to the end of each whole chunk
        self._rest = 0  # line feeds behind the last whole chunk
        self._ended = True  # whether the last byte is a line feed
        self._starts: OrderedDict[int, tuple[int, list[int]]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def lines(self) -> int:
        """Lines that were counted so far; a last one without its end is one, too."""
        return self._feeds + (not self._ended)

    @property
    def _feeds(self) -> int:
        return (self._ends[-1] if self._ends else 0) + self._rest

    @property
    def shrunk(self) -> bool:
        """Whether the file holds less than was counted: somebody cut it."""
        return self.file.size < self.counted

    def count(self, most: int = STEP) -> bool:
        """Count up to `most` bytes more. False when there are none; a file that has shrunk is to be forgotten."""
        size = self.file.size
        end = min(size, self.counted + most)
        while self.counted < end:
            into = self.counted % CHUNK
            if not into and self._skip_hole():
                continue
            data = self.file.read(CHUNK - into, self.counted)
            if not data:
                return False
            self._ended = data.endswith(b"\n")
            found = data.count(b"\n")
            if into + len(data) == CHUNK:
                self._ends.append(self._feeds + found)
                self._rest = 0
            else:
                self._rest += found
            self.counted += len(data)
        return end < self.file.size

    def _skip_hole(self) -> bool:
        """Pass whole chunks of which nothing is stored; they hold no line feed."""
        chunks = (self.file.next_data(self.counted) - self.counted) // CHUNK
        if chunks <= 0:
            return False
        self._ends.extend([self._feeds] * chunks)
        self.counted += chunks * CHUNK
        self._ended = False
        return True

    def forget(self) -> None:
        """Begin anew: the file is another one."""
        self.counted, self._rest, self._ended = 0, 0, True
        self._ends = array("Q")
        with self._lock:
            self._starts.clear()

    def start(self, line: int) -> int:
        """The offset at which a line begins; lines count from 0. Behind the last one: where counting ended."""
        if line <= 0:
            return 0
        if line > self._feeds:
            return self.counted
        chunk = bisect_left(self._ends, line)
        before = self._ends[chunk - 1] if chunk else 0
        starts = self._starts_in(chunk)
        nth = line - before - 1
        return starts[nth] if nth < len(starts) else self.counted

    def _starts_in(self, chunk: int) -> list[int]:
        """The offsets behind each line feed of a chunk."""
        end = min(self.counted, (chunk + 1) * CHUNK)
        with self._lock:
            held = self._starts.get(chunk)
            if held and held[0] == end:
                self._starts.move_to_end(chunk)
                return held[1]
        data = self.file.read(end - chunk * CHUNK, chunk * CHUNK)
        found = list(accumulate((len(part) + 1 for part in data.split(b"\n")[:-1]), initial=chunk * CHUNK))[1:]
        with self._lock:
            self._starts[chunk] = (end, found)
            if len(self._starts) > _KEPT:
                self._starts.popitem(last=False)
        return found

    def line_at(self, offset: int) -> int:
        """The line that holds a byte."""
        chunk = min(offset // CHUNK, len(self._ends))
        before = self._ends[chunk - 1] if chunk else 0
        return before + bisect_left(self._starts_in(chunk), offset + 1)

    def read(self, first: int, number: int, most: int = LONGEST) -> list[tuple[bytes, int]]:
        """Some lines without their ends: the first `most` bytes of each, and how many bytes it has."""
        number = min(number, self.lines - first)
        if number <= 0:
            return []
        places = [self.start(line) for line in range(first, first + number + 1)]
        if places[-1] - places[0] <= number * most:  # none of them is long enough to matter
            data = self.file.read(places[-1] - places[0], places[0])
            parts = ((data[one - places[0] : end - places[0]], end - one) for one, end in pairwise(places))
        else:
            spans = pairwise(places)
            parts = ((self.file.read(min(end - one, most + 2), one), end - one) for one, end in spans)
        return [_bare(part, size, most) for part, size in parts]


def _bare(data: bytes, size: int, most: int) -> tuple[bytes, int]:
    """The line without its end, which only a line that is there as a whole shows."""
    if len(data) == size:
        whole = data.removesuffix(b"\n").removesuffix(b"\r")
        return whole[:most], len(whole)
    return data[:most], size - 1
