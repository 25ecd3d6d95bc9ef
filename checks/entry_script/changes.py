"""Changes to a text by offset, and the way back from the changed text to the original."""

from collections.abc import Iterable
from dataclasses import dataclass

from checks.edits import OverlappingEdits


@dataclass(frozen=True, order=True)
class Change:
    """Replace the characters from `start` to `end` (exclusive) by `text`."""

    start: int
    end: int
    text: str


class Changed:
    """A text with changes made. Raises OverlappingEdits when two of them want the same characters."""

    def __init__(self, text: str, changes: Iterable[Change]) -> None:
        self.changes = sorted(set(changes))
        pieces: list[str] = []
        done = 0
        for change in self.changes:
            if change.start < done:
                raise OverlappingEdits(f"two changes want the characters {change.start} to {done}")
            pieces += [text[done : change.start], change.text]
            done = change.end
        self.text = "".join([*pieces, text[done:]])

    def back(self, offset: int, *, end: bool = False) -> int:
        """The offset in the original. Inside a replacement: where that begins there, with `end` where it ends."""
        shift = 0
        for change in self.changes:
            start = change.start + shift
            if offset < start or (offset == start and (change.text or end)):
                break
            if offset < start + len(change.text):
                return change.end if end else change.start
            shift += len(change.text) - (change.end - change.start)
        return offset - shift

    def original(self, change: Change) -> Change:
        """A change of the changed text as one of the original."""
        start = self.back(change.start)
        end = start if change.start == change.end else max(start, self.back(change.end, end=True))
        return Change(start, end, change.text)
