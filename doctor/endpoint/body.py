"""The body of an answer, unpacked while it comes, with an upper bound on what it may become."""

import zlib

from doctor.endpoint.transport import MOST_BYTES, TooMuch

MOST_CHARACTERS = 1_000_000  # of a body that is kept


class BadEncoding(Exception):
    """The body is not packed as its header says."""


class Body:
    """Collects a body. `size` counts its bytes as they came, `content` holds it unpacked, at most MOST_BYTES."""

    def __init__(self, encoding: str = "") -> None:
        self.size = 0
        self.content = bytearray()
        self._names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
        self._names = [name for name in self._names if name != "identity"]
        # 47: gzip or zlib, whichever the first bytes show; deflate is often sent without its zlib frame.
        self._unpack = zlib.decompressobj(47) if self._names in (["gzip"], ["x-gzip"], ["deflate"]) else None
        self._began = False

    def add(self, part: bytes) -> None:
        """Takes the next bytes. Raises BadEncoding and TooMuch."""
        self.size += len(part)
        if self._names and self._unpack is None:
            raise BadEncoding(f"packed as {', '.join(self._names)[:40]}, which was not asked for")
        room = MOST_BYTES - len(self.content)
        self.content += self._unpacked(part, room + 1) if self._unpack else part
        if len(self.content) > MOST_BYTES:
            raise TooMuch

    def end(self) -> None:
        """Raises BadEncoding when a packed body is not whole."""
        if self._unpack and self.size and not self._unpack.eof:
            raise BadEncoding(f"the {self._names[0]} data end early")

    def _unpacked(self, part: bytes, most: int) -> bytes:
        assert self._unpack is not None
        try:
            made = self._unpack.decompress(part, most)
        except zlib.error as error:
            if self._names == ["deflate"] and not self._began:
                self._unpack = zlib.decompressobj(-zlib.MAX_WBITS)
                self._began = True
                return self._unpacked(part, most)
            raise BadEncoding(f"no {self._names[0]}: {error}") from None
        self._began = True
        return made

    def text(self, charset: str | None, most: int = MOST_CHARACTERS) -> tuple[str, bool]:
        """The body as text of at most so many characters, and whether more came."""
        content = bytes(self.content[: 4 * most + 1])
        try:
            text = content.decode(charset or "utf-8", "replace")
        except (LookupError, ValueError):
            text = content.decode("utf-8", "replace")
        return text[:most], len(text) > most
