"""What a reader gets: the place in a log where a signature matched."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from checks.logs.lines import Line
from checks.logs.tracebacks import Block


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature matched: the lines of the log, the position in them, the exception it belongs to, if any."""

    lines: Sequence[Line]
    position: int
    block: Block | None


Reader = Callable[[Place, Mapping[str, str]], Mapping[str, str] | None]
"""Gets the place and the fields so far; gives further fields, or None when the signature does not apply after all."""
