"""The lines of a log of which a bundle holds the ends: numbered as in the original, gaps told as lines of their own."""

from array import array
from bisect import bisect_left, bisect_right
from itertools import pairwise

from doctor.logs.line_index import Held
from doctor.logs.lines import FileLines
from doctor.logs.wholes import Whole

Runs = tuple[tuple[int, int], ...]
"""Pairs of a place and the number of the line there, from which the following ones go on; 0 is a gap, of one line."""


def lines_of(whole: Whole, text: Held, marks: Held) -> FileLines:
    """The lines of a spool."""
    if not whole.runs:
        return FileLines(text, marks, clean=True)
    return GappedLines(text, marks, whole.runs)


def are_in_order(runs: Runs) -> bool:
    """Whether places and numbers only grow: a bundle may have been written by anybody."""
    places = [place for place, _ in runs]
    numbers = [number for _, number in runs if number]
    small = all(0 <= one < 1 << 62 for pair in runs for one in pair)
    return small and places[:1] in ([], [0]) and all(a < b for part in (places, numbers) for a, b in pairwise(part))


class GappedLines(FileLines):
    """Lines in runs."""

    def __init__(self, text: Held, marks: Held, runs: Runs) -> None:
        super().__init__(text, marks, clean=True)
        self._places = array("Q", (place for place, _ in runs))
        self._numbers = array("Q", (number for _, number in runs))
        self._lasts = array("Q", [0])  # for each run the last number before it
        for (place, number), (end, _) in pairwise(runs):
            self._lasts.append(number + end - place - 1 if number else self._lasts[-1])

    def _told(self, place: int) -> int | None:
        run = max(0, bisect_right(self._places, place) - 1)
        return self._numbers[run] + place - self._places[run] if self._numbers[run] else None

    def number(self, place: int) -> int:
        """The number of a line, for a gap that of the line before."""
        return self._told(place) or self._lasts[max(0, bisect_right(self._places, place) - 1)]

    def place(self, number: int) -> int:
        """Where a line stands, or the nearest before it."""
        at = bisect_left(range(self.count), number, key=self.number)
        return at if at < self.count and self.number(at) == number else max(0, at - 1)
