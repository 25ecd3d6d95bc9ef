"""Both ends of a log of any length, masked, in bounded memory; between them the lines that evidence has kept."""

from collections import deque
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import IO

from checks.evidence import Log
from doctor.bundle.log_reading import Reading
from doctor.bundle.masking import mask
from doctor.bundle.masking_records import Masking
from doctor.logs.decoding import decode, without_escapes
from doctor.logs.wholes import Whole
from doctor.redact import MASK

SECONDS = 300.0  # that one log may take, read and masked
READING = 0.75  # the part of them in which it is read; what is held of its end is masked in the rest
_BEFORE = 120  # lines before a line that tell whether a secret goes on in it


class BothEnds:
    """Takes the lines of one log, writes the first ones at once, and the last ones at the end.

    `lines`, `runs` and `note` are those of a SavedLog; `marks` has a digit for each line that was written.
    """

    def __init__(self, stream: IO[bytes], masking: Masking, place: str, most: int) -> None:
        self.lines = self.size = 0
        self.runs: list[tuple[int, int]] = []
        self.note = ""
        self.marks = bytearray()
        self._stream, self._masking, self._place = stream, masking, place
        self._half = most // 2
        self._read = self._bytes = self._dropped = 0
        self._tail: deque[tuple[bytes, bytes]] = deque()  # lines, and their marks
        self._tail_bytes = 0
        self._before: deque[str] = deque(maxlen=_BEFORE)

    def read(self, whole: Whole, kept: Log | None) -> None:
        """Read and write a log. What goes wrong on the way is noted, and what was read is written."""
        began = monotonic()
        reading = Reading(whole)
        for lines, marks in reading.blocks(began + SECONDS * READING):
            self._take(lines, marks)
        if reading.is_late:
            self.note = f"it was read for {SECONDS * READING:.0f} s; what it holds behind that is not here"
        elif reading.failed:
            self.note = f"it could not be read to its end: {mask(str(reading.failed))}"
        elif whole.kind == "bundle":
            self.note = reading.told
        if self._dropped:
            self._leave_gap(kept)
        skipped = self._write_tail(began + SECONDS)
        if whole.runs and not self._dropped and not skipped:  # of a bundle: the numbers are those of the original
            self.runs = list(whole.runs)

    def _write_tail(self, until: float) -> bool:
        """Write the end; where masking it takes too long, its last block alone. True where some was left out."""
        number = self._read - sum(len(marks) for _, marks in self._tail) + 1
        left_out = 0
        while self._tail:
            lines, marks = self._tail.popleft()
            if self._tail and monotonic() > until:
                left_out += len(marks)
            else:
                if left_out:
                    self.runs = [one for one in self.runs or [(0, 1)] if one[0] < self.lines]
                    self.runs += [(self.lines, 0), (self.lines + 1, number)]
                    self._write_texts([_gap(left_out)], b"0")
                self._write(lines, marks)
            number += len(marks)
        if left_out:
            told = f"masking it took {SECONDS:.0f} s; {left_out:,} lines before its last ones are not here"
            self.note = f"{self.note}; {told}" if self.note else told
        return left_out > 0

    def keep(self, log: Log) -> None:
        """Write what evidence has kept of a log that cannot be read any more."""
        numbers = log.numbers or range(1, log.text.count("\n") + 2)
        self._write_kept(zip(numbers, log.text.split("\n"), strict=False), 1, None)
        self.runs = [] if self.runs == [(0, 1)] else self.runs

    def _take(self, lines: bytes, marks: bytes) -> None:
        """Write a block while it belongs to the beginning, else hold it, and drop the oldest of those that are held."""
        self._read += len(marks)
        self._bytes += len(lines)
        if self._bytes <= self._half:
            self._write(lines, marks)
            return
        self._tail.append((lines, marks))
        self._tail_bytes += len(lines)
        while len(self._tail) > 2 and self._tail_bytes - len(self._tail[0][0]) - len(self._tail[1][0]) > self._half:
            self._drop()

    def _drop(self) -> str:
        lines, marks = self._tail.popleft()
        self._tail_bytes -= len(lines)
        self._dropped += len(marks)
        return decode(lines)

    def _leave_gap(self, kept: Log | None) -> None:
        """Tell of the gap, with what evidence has of it."""
        before = self._drop().split("\n")[-_BEFORE:]  # a secret may begin there, and go on behind the gap
        first = self.lines + 1
        after = first + self._dropped
        self.runs = [(0, 1)] if self.lines else []
        there = [] if kept is None or kept.unread else _between(kept, first, after)
        self._write_kept(there, first, after)
        self._before.extend(before)
        self.runs.append((self.lines, after))
        size = f"{self._bytes / 1e6:,.0f} MB and {self._read:,} lines"
        told = f"of its {size} the first and the last {self._half / 1e6:,.0f} MB are here"
        told += ", and between them what doctor kept" if there else ""
        self.note = f"{told}; {self.note}" if self.note else told

    def _write_kept(self, lines: Iterable[tuple[int, str]], first: int, after: int | None) -> None:
        """Lines that evidence has, those that are numbered from `first` to before `after`; gaps are told."""
        at = first
        goes_on = False
        held: list[str] = []
        for number, text in [*lines, *([(after, "")] if after else [])]:
            if number < at:
                continue  # one line of the original was several
            if number > at:
                gap = number - at
                self.runs.append((self.lines + len(held), 0))
                held.append(_gap(gap))
            if number == after:
                break
            if number > at or not goes_on:
                self.runs.append((self.lines + len(held), number))
            held.append(text)
            goes_on, at = True, number + 1
        self._write_texts(held, b"0" * len(held))

    def _write(self, lines: bytes, marks: bytes) -> None:
        self._write_texts([_text(line) for line in lines.split(b"\n")[:-1]], marks)

    def _write_texts(self, texts: Sequence[str], marks: bytes) -> None:
        if not texts:
            return
        before = list(self._before)
        clean = mask("\n".join([*before, *texts])).split("\n")
        if len(clean) != len(before) + len(texts):  # no pattern takes a line away; none shall
            clean = [mask(text).replace("\n", " ") for text in (*before, *texts)]
        clean = clean[len(before) :]
        self._masking.counts[self._place] += max(0, _masks(clean) - _masks(texts))
        self._before.extend(text[:200] for text in texts)
        data = ("\n".join(clean) + "\n").encode("utf-8", "backslashreplace")
        self._stream.write(data)
        self.size += len(data)
        self.lines += len(texts)
        self.marks += marks


def _gap(lines: int) -> str:
    return f"… {lines:,} {'line' if lines == 1 else 'lines'} left out"


def _masks(texts: Iterable[str]) -> int:
    return sum(text.count(MASK) for text in texts)


def _between(log: Log, first: int, after: int) -> list[tuple[int, str]]:
    """The lines that evidence has of a gap, one of each number."""
    texts = log.text.split("\n")
    found: dict[int, str] = {}
    for number, text in zip(log.numbers or range(1, len(texts) + 1), texts, strict=False):
        if first <= number < after:
            found.setdefault(number, text)
    return sorted(found.items())


def _text(line: bytes) -> str:
    """As the explorer shows it: without colours, of a progress bar the last state."""
    text = decode(without_escapes(line))
    if "\r" in text:
        text = next((state for state in reversed(text.split("\r")) if state.strip()), "")
    return text.replace("\n", " ")
