"""From compressed bytes to bytes, a piece at a time; what is cut off or damaged gives what could be read."""

import zlib
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO, Protocol, cast

from doctor.logs.allowance import Allowance

CHUNK = 1 << 20  # bytes read at a time
PIECE = 1 << 22  # bytes that one step of decompression may give
LAYERS = 3  # compressions one inside the other

GZIP, BZIP2, XZ, ZSTD = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Zlib:
    """zlib's object in the shape of those of bz2 and lzma."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        out = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = not self._inner.unconsumed_tail
        return out


def _bzip2() -> _Decompressor:
    import bz2

    return bz2.BZ2Decompressor()


def _xz() -> _Decompressor:
    import lzma

    return lzma.LZMADecompressor()


STEPWISE: dict[bytes, Callable[[], _Decompressor]] = {GZIP: _Zlib, BZIP2: _bzip2, XZ: _xz}


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream."""
    while chunk := stream.read(CHUNK):
        yield chunk


def decompressed(chunks: Iterator[bytes], allowance: Allowance, layers: int = LAYERS) -> Iterator[bytes]:
    """The content of gzip, bzip2, xz or Zstandard data, told by the first bytes; other data as it is."""
    head = b""
    while len(head) < max(map(len, (GZIP, BZIP2, XZ, ZSTD))) and (chunk := next(chunks, b"")):
        head += chunk
    whole = _chain(head, chunks)
    if layers:
        if head.startswith(ZSTD):
            return decompressed(allowance.unpacks(_zstd(whole)), allowance, layers - 1)
        for magic, new in STEPWISE.items():
            if head.startswith(magic):
                return decompressed(allowance.unpacks(_stepwise(whole, new)), allowance, layers - 1)
    return whole


def _chain(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from chunks


def _stepwise(chunks: Iterator[bytes], new: Callable[[], _Decompressor]) -> Iterator[bytes]:
    """Several compressed streams one after the other; padding and rubbish after the last is left out."""
    inner = new()
    try:
        for chunk in chunks:
            data = chunk
            while data or not inner.needs_input:
                if inner.eof:
                    inner = new()
                out = inner.decompress(data, PIECE)
                if out:
                    yield out
                data = inner.unused_data if inner.eof else b""
                if inner.eof and not data.strip(b"\0"):
                    inner = new()
                    data = b""
    except _damage():
        return  # the end is missing or damaged; what came before it was given out


def _damage() -> tuple[type[Exception], ...]:
    import lzma

    return (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)


def _zstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    import zstandard

    source = Source(chunks)
    reader = zstandard.ZstdDecompressor().stream_reader(cast(IO[bytes], source), read_across_frames=True)
    while True:
        try:
            out = reader.read(PIECE)
        except zstandard.ZstdError:
            return
        if not out:
            return
        yield out


class Source:
    """Chunks as something to read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, none at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._rest = chunk
        if size < 0:
            size = len(self._rest)
        out, self._rest = self._rest[:size], self._rest[size:]
        return out
