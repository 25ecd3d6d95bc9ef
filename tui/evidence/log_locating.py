"""Where proofs stand in the whole of a log, of which evidence has no more than both ends.

The numbers of evidence leave the middle out, so they say nothing of the whole: a proof is known by its text.
"""

from collections.abc import Callable, Iterable

from doctor.logs.lines import Lines
from doctor.logs.scanning import find, searched
from doctor.redact import MASK
from tui.evidence.log_loading import steps

MOST = 50  # proofs that are looked for
_LENGTH = 200  # characters that are compared
_SHORTEST = 8  # characters; less is found everywhere


class Locating:
    """`places` are those found so far, `missing` the numbers whose place is not known. `run` may be called again."""

    def __init__(self, kept: Lines, whole: Lines, numbers: Iterable[int]) -> None:
        self.whole = whole
        self.places: dict[int, int] = {}
        self.missing = set(numbers)
        self.running = False
        texts = {number: _text(kept, kept.place(number)) for number in sorted(self.missing)[:MOST]}
        self._sought = {number: text for number, text in texts.items() if len(part(text)) >= _SHORTEST}
        self._done = 0

    async def run(self, told: Callable[[], None]) -> None:
        """Look through what was not looked through yet."""
        self.running = True
        while self._done < (end := self.whole.count):
            begin, self._done = self._done, end
            for number, text in self._sought.items():
                if number in self.missing:
                    await self._look_for(number, text, begin)
                    told()
        self.running = False
        told()

    async def _look_for(self, number: int, text: str, begin: int) -> None:
        place = self.whole.place(number)
        if self.whole.number(place) == number and _text(self.whole, place) == text:  # of the beginning of the log
            self._found(number, place)
            return
        async for some in steps(find(self.whole, searched(part(text), is_regex=False), begin)):
            if some:
                self._found(number, some[0])
                return

    def _found(self, number: int, place: int) -> None:
        self.places[number] = place
        self.missing.discard(number)

    @property
    def is_at_work(self) -> bool:
        """Whether what is missing may still be found in the lines that are there."""
        return self.running or self.is_behind

    @property
    def is_behind(self) -> bool:
        """Whether lines came that may hold what is missing."""
        return not self.running and self._done < self.whole.count and not self.missing.isdisjoint(self._sought)


def _text(lines: Lines, place: int) -> str:
    found = lines.read(place, 1)
    return found[0].text[:_LENGTH] if found else ""


def part(text: str) -> str:
    """What of a line stands in the log as it is: the longest part beside what was masked."""
    return max(text.split(MASK), key=len).strip()
