"""Where a value stands in a JSON text."""

from typing import NamedTuple


class Place(NamedTuple):
    """A place in a text. The line counts from 1, the column from 0 in characters."""

    line: int
    column: int


def place_of(text: str, pointer: str) -> Place | None:
    """The place of the value at a JSON pointer (of its key, for a member of an object); None where there is none.

    Reads no more of the text than it needs, and needs no more depth than the pointer has parts.
    """
    raise NotImplementedError
