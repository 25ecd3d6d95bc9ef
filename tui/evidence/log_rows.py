"""Which lines of a log are shown: all, or those that a filter leaves."""

from array import array
from bisect import bisect_left

from doctor.logs.lines import Line, Lines


class Rows:
    """Rows are what is shown, places those of the log; without `kept`, both are the same."""

    def __init__(self, lines: Lines | None = None, kept: "array[int] | None" = None) -> None:
        self.lines = lines
        self.kept = kept

    def __len__(self) -> int:
        if self.kept is not None:
            return len(self.kept)
        return self.lines.count if self.lines else 0

    def place(self, row: int) -> int:
        """The place of a row's line in the log."""
        return row if self.kept is None else self.kept[row]

    def row(self, place: int) -> int:
        """The row of a line, or of the next one that is shown, or of the last."""
        found = place if self.kept is None else bisect_left(self.kept, place)
        return max(0, min(found, len(self) - 1))

    def has(self, place: int) -> bool:
        """Whether a line is among them."""
        return self.kept is None or (len(self) > 0 and self.kept[self.row(place)] == place)

    def line(self, row: int) -> Line | None:
        """The line of a row."""
        found = self.read(row, 1)
        return found[0][1] if found else None

    def number(self, row: int) -> int:
        """The number of a row's line in the original."""
        return self.lines.number(self.place(row)) if self.lines and row < len(self) else 0

    @property
    def last_number(self) -> int:
        """The largest number of a line."""
        return self.lines.number(self.lines.count - 1) if self.lines and self.lines.count else 0

    def read(self, first: int, number: int) -> list[tuple[int, Line]]:
        """Some rows with their lines."""
        rows = range(max(0, first), min(len(self), first + number))
        if not rows or self.lines is None:
            return []
        if self.kept is None:
            return list(zip(rows, self.lines.read(rows[0], len(rows)), strict=False))
        return [(row, line) for row in rows for line in self.lines.read(self.kept[row], 1)]
