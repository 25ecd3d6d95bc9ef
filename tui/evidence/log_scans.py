"""Searching and filtering a log beside the screen: the first lines at once, the rest in steps."""

import asyncio
from array import array
from collections.abc import Callable
from typing import Any

from doctor.logs.lines import Lines
from doctor.logs.scanning import Filter, Hits, add_behind, chosen, find
from tui.evidence.log_loading import steps

Told = Callable[[], None]
_BETWEEN_LETTERS = 0.15
"""Seconds before a search goes on behind its first hits: whoever types another letter searches something else."""


class Search:
    """One search, from `origin` to the end and on from the beginning. `run` may be called again when there is more."""

    def __init__(self, lines: Lines, pattern: Any, text: str, origin: int) -> None:
        self.lines, self.pattern, self.text = lines, pattern, text
        self.hits = Hits(origin)
        self.running = True
        self.origin = origin
        self.is_regex = False
        self._begun = False
        self._done = origin

    async def run(self, told: Told) -> None:
        """Search what was not searched yet."""
        self.running = True
        first = not self._begun
        self._begun = True
        await self._to_end(told)
        if first:
            async for some in steps(find(self.lines, self.pattern, 0, self.origin)):
                self.hits.add(some)
                told()
        await self._to_end(told)
        self.running = False
        told()

    async def _to_end(self, told: Told) -> None:
        while self._done < (end := self.lines.count):
            begin = self._done
            self._done = end
            async for some in steps(find(self.lines, self.pattern, begin)):
                is_first = not len(self.hits)
                self.hits.add(some)
                told()
                if is_first and len(self.hits):
                    await asyncio.sleep(_BETWEEN_LETTERS)

    @property
    def is_behind(self) -> bool:
        """Whether lines came that were not searched."""
        return not self.running and self._done < self.lines.count


class Choice:
    """The lines that a filter leaves; `kept` grows while `run` works."""

    def __init__(self, lines: Lines, wish: Filter) -> None:
        self.lines, self.wish = lines, wish
        self.kept = array("Q")
        self.running = True
        self._done = 0

    async def run(self, told: Told) -> None:
        """Look through what was not looked through yet."""
        self.running = True
        while self._done < (end := self.lines.count):
            begin, self._done = self._done, end
            async for some in steps(chosen(self.lines, self.wish, begin)):
                add_behind(self.kept, some)
                told()
        self.running = False
        told()

    @property
    def is_behind(self) -> bool:
        """Whether lines came that were not looked through."""
        return not self.running and self._done < self.lines.count
