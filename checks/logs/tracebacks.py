"""Tracebacks of Python in a log: chains, groups, syntax errors, prefixes on every line."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.evidence import Frame
from checks.logs.lines import Line


@dataclass(frozen=True, slots=True)
class Block:
    """One exception of a traceback. `first`, `last` and `headline` are positions in the list of lines, ends inclusive.

    `frames` are outermost first; `own` of a frame is true for code of the person, not of a package or the server.
    """

    type: str
    message: str
    headline: int
    first: int
    last: int
    frames: tuple[Frame, ...] = ()

    @property
    def own_frame(self) -> Frame | None:
        """The innermost frame in the person's own code, or None."""
        return next((frame for frame in reversed(self.frames) if frame.own), None)


@dataclass(frozen=True, slots=True)
class Traceback:
    """A chain of exceptions, the first raised first; members of an exception group count as raised before it."""

    blocks: tuple[Block, ...]

    @property
    def root(self) -> Block:
        """The exception that says what happened."""
        return self.blocks[0]


def find_tracebacks(lines: Sequence[Line]) -> tuple[Traceback, ...]:
    """Every traceback of a log, in order of its first line."""
    return ()
