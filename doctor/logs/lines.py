"""The lines of one log as a person reads them, however large it is: from a file, or from what evidence has kept."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from checks.evidence import Log
from doctor.logs.decoding import decode, plain
from doctor.logs.line_index import CHUNK, LONGEST, Held, LineIndex
from doctor.redact import redact_lines
from doctor.reports.clean import printable

STDERR, BEGINS = 1, 2  # bits of a mark
MARKS = bytes(48 + bits for bits in range(4))
"""One byte for each line of a file that a spool wrote; `0` is a line of standard output in the middle of a run."""
SHOWN = LONGEST - 200  # characters; of what is read the end is hidden, where a secret may be cut
_BLOCK = 16  # lines that are redacted together
_BEFORE = 3  # lines before them that tell whether a value goes on
_BEFORE_KEY = 120  # the same where a key in PEM form stands
_BLOCKS_KEPT = 256


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be shown. `number` counts from 1 in the original, None for a gap; `size` is that of the whole line
    in bytes, and `text` only its beginning where that is more. `begins`: the service was started anew here.
    """

    number: int | None
    text: str
    size: int = 0
    stderr: bool = False
    begins: bool = False

    @property
    def hidden(self) -> int:
        """Bytes of a long line that are not in `text`."""
        return max(0, self.size - len(self.text.encode("utf-8", "replace"))) if self.size > SHOWN else 0


class Lines(Protocol):
    """What the explorer asks of a log. Lines have places that count from 0."""

    has_streams: bool

    @property
    def count(self) -> int:
        """How many are known."""

    @property
    def starts(self) -> Sequence[int]:
        """The places where the service was started again."""

    def read(self, first: int, number: int) -> list[Line]:
        """Some lines, harmless and without secrets."""

    def place(self, number: int) -> int:
        """Where the line with a number stands, or the nearest before it."""

    def number(self, place: int) -> int:
        """The number of the line at a place, for a gap that of the line before."""

    def blocks(self, first: int = 0) -> Iterator[tuple[int, bytes]]:
        """The text from a place on, in pieces of whole lines, each with the place of its first one; not redacted."""

    def marks(self, first: int, number: int) -> bytes:
        """A mark (see MARKS) for each of these lines."""


class RecordedLines:
    """The lines that evidence has kept; what was left out between them is told as lines of its own."""

    def __init__(self, log: Log) -> None:
        texts = redact_lines(log.text).split("\n") if log.text else []
        numbers = log.numbers or range(1, len(texts) + 1)
        repeats = dict(log.repeats)
        self._lines: list[Line] = []
        starts = set(log.starts)
        self.has_streams = bool(log.stderr)
        self.starts: list[int] = []
        self._told = 0  # lines left out
        begins_of_stderr = [first for first, _ in log.stderr]
        last = 0
        for number, text in zip(numbers, texts, strict=False):
            if number > last + 1:
                self._gap(number - last - 1)
                self._told += number - last - 1
            if starts and number in starts and number != last:
                self.starts.append(len(self._lines))
            nearest = bisect_right(begins_of_stderr, number) - 1
            stderr = nearest >= 0 and number <= log.stderr[nearest][1]
            begins = number in starts and number != last
            self._lines.append(Line(number, printable(text), len(text), stderr, begins))
            if number in repeats and number != last and repeats[number] > 1:
                self._gap(repeats[number] - 1, " like the one above, of those left out")
            last = number
        if log.left_out > self._told:
            self._gap(log.left_out - self._told)
        self._numbers = array("Q")
        held = 0
        for line in self._lines:
            held = line.number or held
            self._numbers.append(held)

    def _gap(self, number: int, why: str = " left out") -> None:
        self._lines.append(Line(None, f"… {number:,} {'line' if number == 1 else 'lines'}{why}"))

    @property
    def count(self) -> int:
        """How many there are, gaps too."""
        return len(self._lines)

    def read(self, first: int, number: int) -> list[Line]:
        """Some lines."""
        return self._lines[max(0, first) : first + number]

    def place(self, number: int) -> int:
        """Where a line stands."""
        at = bisect_left(self._numbers, number)
        while at < len(self._lines) and self._lines[at].number is None:
            at += 1
        return min(at, max(0, len(self._lines) - 1))

    def number(self, place: int) -> int:
        """The number of a line."""
        return self._numbers[place] if 0 <= place < len(self._numbers) else 0

    def blocks(self, first: int = 0) -> Iterator[tuple[int, bytes]]:
        """All of them, gaps as empty lines."""
        for at in range(first, len(self._lines), 1000):
            some = self._lines[at : at + 1000]
            texts = ("" if line.number is None else line.text.replace("\n", " ") for line in some)
            yield at, "\n".join(texts).encode("utf-8", "replace") + b"\n"

    def marks(self, first: int, number: int) -> bytes:
        """Their marks."""
        return bytes(48 + STDERR * line.stderr + BEGINS * line.begins for line in self.read(first, number))


class FileLines:
    """The lines of an open file. `marks` is the file of marks beside it. Texts that are not `clean` are redacted."""

    def __init__(self, file: Held, marks: Held | None = None, *, clean: bool = False) -> None:
        self.index = LineIndex(file)
        self._marks, self._clean = marks, clean
        self._blocks: OrderedDict[int, tuple[int, list[Line]]] = OrderedDict()
        self._starts = array("Q")
        self._looked = 0
        self.has_streams = marks is not None

    @property
    def count(self) -> int:
        """Lines that are counted."""
        if self._marks is not None:  # a line is there once its mark is
            return min(self.index.lines, self._marks.size)
        return self.index.lines

    @property
    def starts(self) -> Sequence[int]:
        """Where the service began again."""
        while self._looked < self.count and (some := self.marks(self._looked, 1 << 20)):
            places = (self._looked + found.start() for found in re.finditer(b"[23]", some))
            self._starts.extend(place for place in places if place)
            self._looked += len(some)
        return self._starts

    def read(self, first: int, number: int) -> list[Line]:
        """Some lines; blocks of them are kept, so that those beside them are at hand."""
        found: list[Line] = []
        end = min(first + number, self.count)
        first = max(0, first)
        while first < end:
            block = self._block(first // _BLOCK)
            some = block[first % _BLOCK :][: end - first]
            if not some:
                break
            found += some
            first += len(some)
        return found

    def _block(self, at: int) -> list[Line]:
        first = at * _BLOCK
        wanted = min(_BLOCK, self.count - first)
        held = self._blocks.get(at)
        if held and held[0] == wanted and wanted == _BLOCK:
            self._blocks.move_to_end(at)
            return held[1]
        read = self.index.read(first, wanted)
        texts = [_text(data) for data, _ in read]
        if not self._clean:
            before = self._before(first)
            texts = redact_lines("\n".join([*before, *texts])).split("\n")[len(before) :]
        marks = self.marks(first, wanted) or b"0" * wanted
        lines = [
            Line(
                self._told(first + nth),
                printable(text[:SHOWN]),
                size,
                bool((mark - 48) & STDERR),
                bool((mark - 48) & BEGINS),
            )
            for nth, (text, (_, size), mark) in enumerate(zip(texts, read, marks, strict=False))
        ]
        self._blocks[at] = (wanted, lines)
        while len(self._blocks) > _BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        return lines

    def _before(self, first: int) -> list[str]:
        """What stands before a line and may begin a secret that goes on in it."""
        before = self.index.read(max(0, first - _BEFORE_KEY), min(first, _BEFORE_KEY), 200)
        if not any(b"PRIVATE KEY" in data for data, _ in before):
            before = before[-_BEFORE:]
        return [_text(data) for data, _ in before]

    def forget(self) -> None:
        """Begin anew: the file is another one."""
        self.index.forget()
        self._blocks.clear()

    def _told(self, place: int) -> int | None:
        """The number that is shown of a line."""
        return place + 1

    def place(self, number: int) -> int:
        """Where a line stands."""
        return max(0, min(number, self.count) - 1)

    def number(self, place: int) -> int:
        """The number of a line."""
        return place + 1

    def blocks(self, first: int = 0) -> Iterator[tuple[int, bytes]]:
        """Pieces of whole lines, as far as they are counted; of a line that is longer than a piece the beginning."""
        at, offset = first, self.index.start(first)
        end = self.index.counted
        while offset < end:
            data = self.index.file.read(min(CHUNK, end - offset), offset)
            cut = data.rfind(b"\n") + 1
            if cut:
                yield at, data[:cut]
                at += data.count(b"\n")
                offset += cut
            else:
                yield at, data
                at += 1
                offset = self.index.start(at)

    def marks(self, first: int, number: int) -> bytes:
        """Their marks; none without a spool."""
        return b"" if self._marks is None else self._marks.read(max(0, number), first)


def _text(data: bytes) -> str:
    """What a terminal would show of a line: without colours, of a progress bar the last state."""
    text = decode(plain(data))
    if "\r" in text:
        text = next((state for state in reversed(text.split("\r")) if state.strip()), "")
    return text.replace("\n", " ")
