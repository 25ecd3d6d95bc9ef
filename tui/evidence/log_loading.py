"""One log on its way to the screen: at once what evidence has kept, then the whole of it, then what is added to it."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from doctor.logs.line_index import Held
from doctor.logs.lines import FileLines, Lines, RecordedLines
from doctor.logs.wholes import Offer, Whole

if TYPE_CHECKING:
    from array import array

_LOOKS = 0.5  # seconds between two looks at a file that is followed
_STEP = 0.1  # seconds in another thread
_HEAD = 1 << 14


class Loading:
    """What there is of one log. `run` goes on for as long as anything may come; `changed` is called at each step.

    `kept` are the lines that evidence has, `whole` those of the log itself; `share` is how much of it is counted, None
    where nobody knows its size. `note` is what has to be told. `moving`: more may come without anybody asking.
    """

    def __init__(self, offer: Offer, changed: Callable[[], None]) -> None:
        self.offer = offer
        self.kept: Lines | None = None
        self.whole: FileLines | None = None
        self.share: float | None = None
        self.note = ""
        self.failed = False
        self.moving = True
        self.followed = asyncio.Event()
        self._changed = changed

    async def run(self) -> None:
        """Read, count, and wait for more."""
        log, whole = self.offer.log, self.offer.whole
        if log is not None:
            self.kept = await asyncio.to_thread(RecordedLines, log)
            self.note = log.unread or ""
            if whole is None and log.left_out:
                self.note = self.note or "what matters was kept of this log; the rest is not here"
            self._changed()
        if whole is None:
            self._end("")
        elif whole.kind == "file" and await asyncio.to_thread(_is_plain, whole.name):
            await self._count(whole.name)
        else:
            await self._spool(whole)

    def _end(self, note: str, *, failed: bool = False) -> None:
        self.note, self.failed = note or self.note, failed
        self.moving, self.share = False, None
        self._changed()

    async def _spool(self, whole: Whole) -> None:
        from doctor.logs.spool import Spooled
        from doctor.logs.spooling import Ended

        spooled = Spooled(whole)
        lines = spooled.lines
        news = spooled.news()
        try:
            async for one in news:
                while await asyncio.to_thread(lines.index.count):
                    self._changed()
                if lines.count or isinstance(one, Ended):
                    self.whole = lines if lines.count else None
                    self.note = "" if lines.count else self.note
                if isinstance(one, Ended):
                    self._end(one.note, failed=one.failed)
                else:
                    self._changed()
        finally:
            await news.aclose()  # type: ignore[attr-defined] # it is a generator
            await spooled.close()

    async def _count(self, name: str) -> None:
        file = await asyncio.to_thread(Held.of, name)
        lines = FileLines(file)
        note = ""
        while True:
            more = True
            while more:
                if lines.index.shrunk:
                    lines.forget()
                    note = "the file was cut short; this is what it holds now"
                more = await asyncio.to_thread(lines.index.count)
                self.whole = lines
                self.share = lines.index.counted / max(1, file.size) if more else None
                self._changed()
            self.moving = self.followed.is_set()
            self._end_or_wait(note)
            await self.followed.wait()
            await asyncio.sleep(_LOOKS)
            while file.size == lines.index.counted and self.followed.is_set():
                if await asyncio.to_thread(_is_replaced, name, file):
                    with contextlib.suppress(OSError):
                        file = await asyncio.to_thread(Held.of, name)
                        lines = FileLines(file)
                        note = "the file was replaced, as rotation does; this is the new one"
                        break
                    note = "the file is gone; what was read stays here"
                    self._end_or_wait(note)
                await asyncio.sleep(_LOOKS)

    def _end_or_wait(self, note: str) -> None:
        if note != self.note:
            self.note = note
        self._changed()


def _is_plain(name: str) -> bool:
    """Whether a file can be shown as it lies there: text in UTF-8, neither compressed nor an archive."""
    from doctor.errors import CannotExamine
    from doctor.logs.archives import kind_of
    from doctor.logs.decoding import encoding_of
    from doctor.logs.decompression import GZIP, STEPWISE, ZSTD

    if "!" in name and not Path(name).is_file():
        return False
    with Path(name).open("rb") as stream:
        head = stream.read(_HEAD)
    with contextlib.suppress(CannotExamine):
        if kind_of(head, name):
            return False
    return not head.startswith((*STEPWISE, ZSTD, GZIP)) and encoding_of(head) == ("utf-8", 0)


def _is_replaced(name: str, file: Held) -> bool:
    try:
        there = Path(name).stat()
    except OSError:
        return True
    mine = os.fstat(file.number)
    return (there.st_dev, there.st_ino) != (mine.st_dev, mine.st_ino)


async def steps(found: Iterator["array[int]"]) -> AsyncIterator["array[int]"]:
    """What is found, in another thread: the first of it at once, the rest in steps; it ends when nobody wants more."""
    anything, ended, unwanted = False, False, Event()
    try:
        while not ended:
            some, ended = await asyncio.to_thread(_some, found, unwanted, at_once=not anything)
            anything = anything or bool(some)
            yield some
    finally:
        unwanted.set()  # else what is searched no more would go on beside what is searched now


def _some(found: Iterator["array[int]"], unwanted: Event, *, at_once: bool) -> tuple["array[int]", bool]:
    from array import array

    until = monotonic() + _STEP
    some = array("Q")
    for one in found:
        some.extend(one)
        if (some and at_once) or monotonic() > until or unwanted.is_set():
            return some, False
    return some, True
