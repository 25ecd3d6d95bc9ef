"""Finding lines in a log of any size, step by step, so that the first ones are there at once and the rest can wait.

What a person types is matched by RE2, which never backtracks. Lines are told by their places.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from doctor.errors import ConfigError
from doctor.logs.decoding import without_escapes
from doctor.logs.levels import pattern_from
from doctor.logs.lines import STDERR, Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

Stream = Literal["", "stdout", "stderr"]
Shown = Literal["", "warning", "error"]
_MEMORY = 8 << 20  # bytes that one pattern may take
_STEP = 500  # lines that are told at once: finding them takes a millisecond or two
_OF = {"stdout": (48, 50), "stderr": (49, 51)}
assert {(one - 48) & STDERR for one in _OF["stderr"]} == {STDERR}


@dataclass(frozen=True)
class Filter:
    """Which lines are shown. `run` is the number of a start of the service, from 0; None for all runs."""

    level: Shown = ""
    stream: Stream = ""
    run: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether everything is shown."""
        return not self.level and not self.stream and self.run is None


def searched(text: str, *, is_regex: bool) -> Any:
    """The pattern of what a person types, small and capital letters alike. Raises ConfigError for what is none."""
    import re2

    given = text if is_regex else re2.escape(text)
    try:
        return re2.compile(f"(?m)(?:{given})[^\\n]*".encode(), _options(is_exact=False))
    except re2.error as error:
        said = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise ConfigError(f"no regular expression: {said}") from error


def span_of(text: str, *, is_regex: bool) -> Any:
    """The pattern that finds in a line what is to be lit."""
    import re2

    return re2.compile(text if is_regex else re2.escape(text), _options(is_exact=False))


def _options(*, is_exact: bool) -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = is_exact
    options.never_nl = True
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


def find(lines: Lines, pattern: Any, first: int = 0, end: int | None = None) -> Iterator["array[int]"]:
    """The places of the lines that hold the pattern, a step at a time; a step without any is told, too."""
    for at, data in lines.blocks(first):
        if end is not None and at >= end:
            return
        for found in _places(at, without_escapes(data), pattern):
            yield found if end is None else found[: bisect_left(found, end)]


def _places(first: int, data: bytes, pattern: Any) -> Iterator["array[int]"]:
    found = array("Q")
    line, last, before = first, 0, -1
    for hit in pattern.finditer(data):
        begin = hit.start()
        if begin >= len(data):
            break  # behind the last line feed
        line += data.count(b"\n", last, begin)
        last = begin
        if line != before:
            found.append(line)
            before = line
        if len(found) == _STEP:
            yield found
            found = array("Q")
    yield found


def chosen(lines: Lines, wish: Filter, first: int = 0) -> Iterator["array[int]"]:
    """The places of the lines that a filter leaves, a step at a time."""
    begin, end = range_of(lines, wish)
    begin = max(begin, first)
    if wish.level:
        import re2

        pattern = re2.compile(f"(?m)(?:{pattern_from(wish.level)})[^\\n]*".encode(), _options(is_exact=True))
        for some in find(lines, pattern, begin, end):
            yield _of_stream(lines, some, wish.stream)
    elif wish.stream:
        wanted = _OF[wish.stream]
        while begin < end and (marks := lines.marks(begin, min(1 << 16, end - begin))):
            yield array("Q", (begin + at for at, mark in enumerate(marks) if mark in wanted))
            begin += len(marks)
    else:
        yield array("Q", range(begin, end))


def _of_stream(lines: Lines, places: "array[int]", stream: Stream) -> "array[int]":
    if not stream or not places:
        return places
    marks = lines.marks(places[0], places[-1] - places[0] + 1)
    return array("Q", (one for one in places if marks[one - places[0]] in _OF[stream]))


def range_of(lines: Lines, wish: Filter) -> tuple[int, int]:
    """The places of the first line of the wanted run, and of the one behind its last."""
    if wish.run is None:
        return 0, lines.count
    starts: Sequence[int] = [0, *lines.starts]
    run = min(wish.run, len(starts) - 1)
    return starts[run], starts[run + 1] if run + 1 < len(starts) else lines.count


def add_behind(some: "array[int]", more: "array[int]") -> None:
    """Add places in their order, without those that are no further than the last one: a line may be read twice."""
    some.extend(more[bisect_right(more, some[-1]) :] if some else more)


class Hits:
    """Found lines in their order, while the search goes from a place to the end and then on from the beginning."""

    def __init__(self, origin: int) -> None:
        self._origin = origin
        self._before, self._after = array("Q"), array("Q")

    def add(self, places: "array[int]") -> None:
        """More of them, from one side of the place, in their order; those that are there already are passed over."""
        if places:
            some = self._after if places[0] >= self._origin else self._before
            add_behind(some, places)

    def __len__(self) -> int:
        return len(self._before) + len(self._after)

    def __contains__(self, place: int) -> bool:
        some = self._after if place >= self._origin else self._before
        at = bisect_left(some, place)
        return at < len(some) and some[at] == place

    def rank(self, place: int) -> int:
        """How many are found before a place."""
        if place < self._origin:
            return bisect_left(self._before, place)
        return len(self._before) + bisect_left(self._after, place)

    def at(self, rank: int) -> int:
        """The place of one of them."""
        return self._before[rank] if rank < len(self._before) else self._after[rank - len(self._before)]

    def next(self, place: int, step: int, is_wanted: Callable[[int], bool] = lambda _: True) -> int | None:
        """The nearest one behind a place (`step` 1) or before it (-1), around the end; None where there is none."""
        number = len(self)
        rank = self.rank(place) + (place in self if step > 0 else 0) - (step < 0)
        for _ in range(min(number, 100_000)):
            one = self.at(rank % number)
            if is_wanted(one):
                return one
            rank += step
        return None
