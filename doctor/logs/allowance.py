"""How much of a compressed file is unpacked: more than any log packs into is somebody's bomb, and takes hours."""

from collections.abc import Iterator

RATIO = 100  # times what is packed; logs give 10 to 50, and those of one line that repeats about 100
LEAST = 256 << 20  # bytes that may be unpacked of any file


class Allowance:
    """Counts what one file gives, all archives and compressions inside it together."""

    def __init__(self) -> None:
        self.packed = 0  # bytes
        self.is_spent = False
        self._unpacked = 0

    def packs(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same bytes, which are the file's own."""
        for piece in pieces:
            self.packed += len(piece)
            yield piece

    def unpacks(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same bytes, which came out of it, up to where the allowance is spent."""
        while not self.is_spent and (piece := next(pieces, b"")):
            self._unpacked += len(piece)
            self.is_spent = self._unpacked > max(LEAST, RATIO * self.packed)
            yield piece

    def told(self, name: str) -> str:
        """What is said of a file that has spent it, with the remedy."""
        return (
            f"{name} unpacks to more than {self._unpacked / 1e6:,.0f} MB, over {RATIO} times its size; only those were "
            "read: unpack it, and give the logs in it"
        )
