"""Offsets of a text as lines and columns, and back."""

import bisect

from checks.text import lines_of


class Positions:
    """Lines count from 1, columns and offsets from 0 in characters, as in `Edit`."""

    def __init__(self, text: str) -> None:
        self.lines = lines_of(text)
        self._length = len(text)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))

    def offset(self, line: int, column: int = 0) -> int:
        """The offset of a position; one past the end of the text gives the end."""
        return min(self._starts[min(line - 1, len(self.lines))] + column, self._length)

    def line_of(self, offset: int) -> int:
        """The line that holds an offset."""
        return max(1, min(bisect.bisect_right(self._starts, offset), len(self.lines)))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = self.line_of(offset)
        return line, offset - self._starts[line - 1]

    def line(self, number: int) -> str:
        """One line without its end; empty outside the text."""
        return self.lines[number - 1].rstrip("\r\n") if 1 <= number <= len(self.lines) else ""
