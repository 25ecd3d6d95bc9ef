"""Where one reads in a wrapped line that is taller than the screen: how many of its rows are above the screen."""


class TallLine:
    """It belongs to the line at the top of the screen, and is forgotten with it."""

    def __init__(self) -> None:
        self._row, self._above = -1, 0

    def above(self, row: int) -> int:
        """How many rows of the line lie above the screen."""
        return self._above if row == self._row else 0

    def put(self, row: int, above: int, size: int, height: int) -> bool:
        """Read from there on, as far as the line goes; False where that is where one is."""
        wanted = max(0, min(above, size - height))
        if wanted == self.above(row):
            return False
        self._row, self._above = row, wanted
        return True

    def move(self, row: int, by: int, size: int, height: int) -> bool:
        """Go on by some rows; False where the line is read to its end, or fits the screen."""
        return self.put(row, self.above(row) + by, size, height)
