"""A log of any length as a log of a few thousand lines that leads to the same diagnosis, in memory that does not grow.

Blocks of about a megabyte go through `prefilter`; Python looks only at the lines that it points to. Of lines that are
alike but for their digits the first and the last few stay, with what stands around them: the traceback they belong to,
some lines before and after, and the last state of the service before them. Head and tail of the log stay as well.
"""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from operator import add

from checks.evidence import Log
from doctor.logs.decoding import decode, plain, settled, without_escapes
from doctor.logs.prefilter import finder, plan, unescaped

BLOCK = 1 << 20  # bytes searched at a time
WINDOW = 16  # blocks held
FIRST, LAST = 3, 3  # occurrences of like lines that stay
HEAD, TAIL = 300, 500  # lines
BEFORE, AFTER = 25, 15  # lines around one that stays
DEEPEST = 400  # lines of a traceback
FULL = 300  # kinds of lines that stay with all that stands around them; further ones with a little
LITTLE = 4  # lines
KINDS = 2000  # kinds of lines told apart by all but their digits; further ones more roughly
ROUGH_KINDS = 1000
MOST_LINES = 5000
LONG = 1 << 14  # bytes of a line, above which only what is around a match stays
AROUND = 1 << 11  # bytes

_DIGITS = b"0123456789"
_BEGINS = re.compile(rb"[\[({\"]*\d{1,4}[-/:T]\d|[\[{]")  # a record with its time before it, or in JSON
_HEX = b"0123456789abcdefABCDEF-"
_TRACEBACK = b"Traceback (most recent call last)"
_GOES_ON = (b'File "', b"Traceback (most", b"above exception", b"^^^", b"    ", b"File \\")

Piece = tuple[int, int, bytes]  # number of the line, offset in it, bytes


@dataclass(slots=True)
class _Ref:
    """A place in a block; once the block goes, `pieces` holds what stays of it."""

    block: int
    at: int
    pieces: list[Piece] | None = None


@dataclass(slots=True)
class _Kind:
    """Lines that are alike."""

    full: bool
    count: int = 0
    run: int = -1
    opening: _Ref | None = None  # the first in the last start of the service in which there was one
    firsts: list[_Ref] = field(default_factory=list)
    lasts: deque[_Ref] = field(default_factory=lambda: deque(maxlen=LAST))

    def add(self, block: int, at: int, run: int) -> None:
        ref = _Ref(block, at)
        if run != self.run:
            self.run, self.opening = run, ref
        if self.count < FIRST:
            self.firsts.append(ref)
        self.lasts.append(ref)
        self.count += 1

    def add_all(self, block: int, ends: Sequence[int]) -> None:
        for at in ends[: max(0, FIRST - self.count)]:
            self.firsts.append(_Ref(block, at))
        for at in ends[-LAST:]:
            self.lasts.append(_Ref(block, at))
        self.count += len(ends)

    def refs(self) -> Iterator[_Ref]:
        if self.opening:
            yield self.opening
        yield from self.firsts
        yield from self.lasts


class _Block:
    """Whole lines, or a part of one line that is longer than a block. `numbers` where they are not consecutive."""

    def __init__(self, data: bytes, first: int, place: int, numbers: Sequence[int] | None) -> None:
        self.data = data
        self.first = first
        self.place = place
        self.given = numbers
        self.touched: dict[int, _Kind] = {}
        self.parts: list[tuple[int, int, frozenset[int]]] = []
        self._within: dict[int, dict[int, list[int]]] = {}

    @cached_property
    def lines(self) -> list[bytes]:
        lines = self.data.split(b"\n")
        return lines[:-1] if not lines[-1] else lines

    @cached_property
    def starts(self) -> list[int]:
        return list(map(add, accumulate(map(len, self.lines), initial=0), range(len(self.lines))))

    def index(self, at: int) -> int:
        """Which line holds that offset."""
        return bisect_right(self.starts, at) - 1

    @cached_property
    def tracebacks(self) -> list[int]:
        """Which lines begin a traceback."""
        found = []
        at = self.data.find(_TRACEBACK)
        while at >= 0:
            found.append(self.index(at))
            at = self.data.find(_TRACEBACK, at + 1)
        return found

    @property
    def numbers(self) -> Sequence[int]:
        """The number of each line in the original."""
        return self.given or range(self.first, self.first + len(self.lines))

    def _states_in(self, begin: int, end: int) -> dict[int, list[int]]:
        if begin not in self._within:
            self._within[begin] = finder().states_in(self.data, begin, end)
        return self._within[begin]

    def places_of(self, wanted: frozenset[int]) -> list[int]:
        """Where the lines begin that hold one of these states."""
        return sorted(
            place
            for begin, end, numbers in self.parts
            if numbers & wanted
            for number, places in self._states_in(begin, end).items()
            if number in wanted
            for place in places
        )

    def states_before(self, at: int) -> dict[int, int]:
        """The last line of each state that begins before an offset, by the number of the state."""
        found: dict[int, int] = {}
        for begin, end, numbers in reversed(self.parts):
            if begin >= at or numbers <= found.keys():
                continue
            for number, places in self._states_in(begin, end).items():
                before = bisect_left(places, at)
                if before and number not in found:
                    found[number] = places[before - 1]
        return found

    def line(self, begin: int, index: int) -> Piece:
        """The line that begins at an offset and has an index."""
        end = self.data.find(b"\n", begin)
        line = _short(self.data[begin : len(self.data) if end < 0 else end])
        return self.number(index), 0, line

    def number(self, index: int) -> int:
        """The number of a line in the original."""
        return self.given[index] if self.given else self.first + index


class Reducer:
    """Takes blocks of UTF-8, gives a log. `convert` turns a line that stays into text, or gives None to leave it."""

    def __init__(self, source: str, convert: Callable[[str], str | None] | None = None) -> None:
        self._source = source
        self._convert = convert
        self._plan = plan()
        self._finder = finder()
        self._blocks: deque[_Block] = deque()
        self._gone: _Block | None = None
        self._patterns = [_Kind(full=True) for _ in self._plan.patterns]
        self._kinds: dict[bytes, _Kind] = {}
        self._rough = 0
        self._earliest: dict[int, Piece] = {}  # a line of each state, from the first part that holds it
        self._latest: dict[int, Piece] = {}  # the last line of each state in what has gone
        self._head: list[Piece] = []
        self._number = 0  # blocks so far
        self._lines = 0  # line ends so far
        self._run = 0  # starts of the service so far

    def feed(self, data: bytes, numbers: Sequence[int] | None = None) -> None:
        """One block: whole lines, or a part of a very long one. `numbers` are those of its lines in the original."""
        block = _Block(data, self._lines + 1, self._number, numbers)
        self._number += 1
        self._lines = numbers[-1] if numbers else self._lines + data.count(b"\n")
        self._search(block)
        if len(self._head) < HEAD:
            for index in range(min(len(block.lines), HEAD - len(self._head))):
                self._head.append((block.number(index), 0, _short(block.lines[index])))
        self._blocks.append(block)
        if len(self._blocks) > WINDOW:
            self._let_go()

    def _search(self, block: _Block) -> None:
        found = self._finder.find(block.data)
        block.parts, hits = found.parts, found.hits
        bare, begins = unescaped(block.data)
        if begins:
            ends = list(accumulate(len(line) + 1 for line in bare.split(b"\n")))
            for number, places in self._finder.find(bare).hits.items():
                lines = {begins[bisect_right(ends, at - 1)] for at in places}
                hits[number] = sorted({*hits.get(number, ()), *lines})
        for number, places in hits.items():
            kind = self._patterns[number]
            kind.add_all(block.place, places)
            block.touched[id(kind)] = kind
        self._sort_by_kind(block, sorted(set().union(*hits.values())))

    def _sort_by_kind(self, block: _Block, marked: Sequence[int]) -> None:
        """Count the lines that hold these offsets, those that are alike together."""
        data, kinds, covered = block.data, self._kinds, -1
        begins = deque(block.places_of(self._plan.beginnings))
        for at in marked:
            if at <= covered:
                continue
            while begins and begins[0] < at:
                begins.popleft()
                self._run += 1
            start = data.rfind(b"\n", 0, at) + 1
            covered = data.find(b"\n", at)
            if covered < 0:
                covered = len(data)
            if covered - start > LONG:
                start, covered = max(start, at - AROUND // 2), min(covered, at + AROUND // 2)
            key = data[start:covered].translate(None, _DIGITS)
            kind = kinds.get(key)
            if kind is None:
                kind = self._new_kind(key)
            kind.add(block.place, at, self._run)
            block.touched[id(kind)] = kind
        self._run += len(begins)

    def _new_kind(self, key: bytes) -> _Kind:
        if len(self._kinds) - self._rough >= KINDS:
            key = key.translate(None, _HEX) if self._rough < ROUGH_KINDS else b""
            if key in self._kinds:
                return self._kinds[key]
            self._rough += 1
        return self._kinds.setdefault(key, _Kind(full=len(self._kinds) < FULL))

    def _let_go(self) -> None:
        """Take what stays out of the oldest block, and drop the block."""
        block = self._blocks.popleft()
        following = self._blocks[0] if self._blocks else None
        view = _View(self._gone, block, following)
        cache: dict[tuple[int, bool], list[Piece]] = {}
        for kind in block.touched.values():
            for ref in kind.refs():
                if ref.block == block.place and ref.pieces is None:
                    ref.pieces = self._kept(view, ref.at, kind.full, cache)
        at, index = 0, 0
        for begin, number in sorted((place, state) for state, place in block.states_before(len(block.data)).items()):
            index += block.data.count(b"\n", at, begin)
            at = begin
            self._latest[number] = block.line(begin, index)
            self._earliest.setdefault(number, self._latest[number])
        self._gone = block

    def _kept(self, view: "_View", at: int, full: bool, cache: dict[tuple[int, bool], list[Piece]]) -> list[Piece]:
        index = view.block.index(at)
        key = (index if len(view.block.lines[index]) <= LONG else -at, full)
        if key not in cache:
            pieces = view.around(index, at, full)
            here = {n: view.piece(begin) for n, begin in view.block.states_before(view.block.starts[index]).items()}
            pieces += ({**self._latest, **here}).values()
            cache[key] = pieces
        return cache[key]

    def finish(self) -> Log:
        """The log of what stays."""
        tail: list[Piece] = []
        for block in reversed(self._blocks):
            need = TAIL - len(tail)
            last = range(max(0, len(block.lines) - need), len(block.lines))
            tail += [(block.number(index), 0, _short(block.lines[index])) for index in last]
            if len(tail) >= TAIL:
                break
        while self._blocks:
            self._let_go()
        kept: dict[tuple[int, int], bytes] = {}
        for pieces in (self._head, tail, self._earliest.values(), self._latest.values()):
            kept.update(((number, offset), data) for number, offset, data in pieces)
        for kind in self._by_rank():
            refs = [ref.pieces for ref in kind.refs() if ref.pieces]
            for pieces in refs:
                if len(kept) < MOST_LINES:
                    for number, offset, data in pieces:
                        kept.setdefault((number, offset), data)
        return self._log(kept, self._repeats(kept))

    def _repeats(self, kept: Mapping[tuple[int, int], bytes]) -> dict[int, int]:
        """For how many the first line of its kind stands, where some of the kind were left out."""
        shown: dict[bytes, list[int]] = {}
        for (number, _), data in kept.items():
            shown.setdefault(data.translate(None, _DIGITS), []).append(number)
        return {
            min(numbers): kind.count - len(numbers) + 1
            for key, numbers in shown.items()
            if (kind := self._kinds.get(key)) and kind.count > len(numbers)
        }

    def _by_rank(self) -> Iterator[_Kind]:
        """Each pattern's first and last lines, then each kind of line."""
        yield from (kind for kind in self._patterns if kind.count)
        yield from self._kinds.values()

    def _log(self, kept: dict[tuple[int, int], bytes], repeats: dict[int, int]) -> Log:
        numbers: list[int] = []
        texts: list[str] = []
        last: tuple[int, bytes] | None = None
        for (number, offset), data in sorted(kept.items()):
            said = decode(plain(data))
            if last and last[0] == number and offset:
                texts[-1] += f" … {said}"
                continue
            last = (number, data)
            told = self._convert(said) if self._convert else None
            for line in told.split("\n") if told is not None else settled(said):
                texts.append(line)
                numbers.append(number)
        there = set(numbers)
        return Log(
            source=self._source,
            text="\n".join(texts),
            numbers=tuple(numbers),
            left_out=max(0, self._lines + 1 - len(there)),
            repeats=tuple((number, count) for number, count in sorted(repeats.items()) if number in there),
        )


class _View:
    """A block with the end of the one before it and the beginning of the one after it."""

    def __init__(self, before: _Block | None, block: _Block, after: _Block | None) -> None:
        self.block = block
        self._before, self._after = before, after

    @cached_property
    def _edges(self) -> tuple[list[bytes], list[int], int, list[int]]:
        """Lines, their numbers, how many of them stand before the block, and which begin a traceback."""
        lines: list[bytes] = []
        numbers: list[int] = []
        heads: list[int] = []
        for one, part in (
            (self._before, slice(-DEEPEST, None)),
            (self.block, slice(None)),
            (self._after, slice(DEEPEST)),
        ):
            if one:
                skipped = max(0, len(one.lines) - DEEPEST) if one is self._before else 0
                heads += [at - skipped + len(lines) for at in one.tracebacks if at >= skipped]
                lines += one.lines[part]
                numbers += one.numbers[part]
        return lines, numbers, min(DEEPEST, len(self._before.lines)) if self._before else 0, heads

    def piece(self, at: int) -> Piece:
        """The line that holds an offset of the block."""
        index = self.block.index(at)
        return self._cut(index, at)

    def _cut(self, index: int, at: int) -> Piece:
        line, number = self.block.lines[index], self.block.number(index)
        if len(line) <= LONG:
            return number, 0, line
        begin = max(0, at - self.block.starts[index] - AROUND)
        return number, self.block.place * BLOCK * 2 + begin, line[begin : begin + 2 * AROUND]

    def around(self, index: int, at: int, full: bool) -> list[Piece]:
        """The line, first, and what is needed to understand it."""
        lines, numbers, shift, heads = self._edges
        here = index + shift
        more = (BEFORE, AFTER) if full else (LITTLE, LITTLE)
        begin, end = max(0, here - more[0]), min(len(lines), here + 1 + more[1])
        if full:
            begin, end = _traceback(lines, heads, here, begin, end)
        places = [*_record(lines, begin), *range(begin, end)]
        pieces = [(numbers[i], 0, _short(lines[i])) for i in places if i != here]
        return [self._cut(index, at), *pieces]


def _record(lines: Sequence[bytes], begin: int) -> list[int]:
    """The line that begins the record in which a line stands: who wrote it says what it is worth."""
    if _BEGINS.match(lines[begin]):
        return []
    before = range(begin - 1, max(begin - 1 - DEEPEST, -1), -1)
    return next(([i] for i in before if _BEGINS.match(lines[i])), [])


def _traceback(lines: Sequence[bytes], heads: Sequence[int], here: int, begin: int, end: int) -> tuple[int, int]:
    """The same range, widened to hold the chain of tracebacks in which a line stands."""
    at = bisect_right(heads, here) - 1
    while at >= 0 and here - heads[at] <= DEEPEST:
        begin = min(begin, max(0, heads[at] - 3))
        if not any(b"above exception" in line for line in lines[max(0, heads[at] - 4) : heads[at]]):
            break
        at -= 1
    limit = min(len(lines), here + DEEPEST)
    while end < limit and any(mark in lines[end] for mark in _GOES_ON):
        end += 1
    return begin, min(len(lines), end + 2)


def _short(line: bytes) -> bytes:
    """A line that is kept for what stands beside it."""
    return line if len(line) <= LONG else line[:AROUND] + " …".encode()


def blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of any size as blocks that end with a line, without what terminals leave.

    A line that is longer than a block is cut; each part begins with the end of the one before, so that nothing is
    torn.
    """
    rest = b""
    for chunk in chunks:
        data = rest + chunk if rest else chunk
        while len(data) >= BLOCK:
            end = data.rfind(b"\n", 0, 2 * BLOCK) + 1
            if end:
                yield without_escapes(data[:end])
                data = data[end:]
            elif len(data) >= 2 * BLOCK:
                yield without_escapes(data[: 2 * BLOCK])
                data = data[2 * BLOCK - min(LONG, BLOCK) :]
            else:
                break
        rest = data
    if rest:
        yield without_escapes(rest)


def reduce_chunks(source: str, chunks: Iterable[bytes], convert: Callable[[str], str | None] | None = None) -> Log:
    """The reduced log of UTF-8 in chunks of any size."""
    reducer = Reducer(source, convert)
    for block in blocks(chunks):
        reducer.feed(block)
    return reducer.finish()


def reduce_lines(source: str, lines: Iterable[tuple[int, str]]) -> Log:
    """The reduced log of lines that have their own numbers."""
    reducer = Reducer(source)
    texts: list[bytes] = []
    numbers: list[int] = []
    size = 0
    for number, text in lines:
        texts.append(plain(text.encode("utf-8", "replace").replace(b"\n", b" ")))
        numbers.append(number)
        size += len(texts[-1]) + 1
        if size >= BLOCK:
            reducer.feed(b"\n".join(texts) + b"\n", numbers)
            texts, numbers, size = [], [], 0
    if texts:
        reducer.feed(b"\n".join(texts) + b"\n", numbers)
    return reducer.finish()
