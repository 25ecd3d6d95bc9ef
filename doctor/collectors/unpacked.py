"""Compressed model files as streams: what comes out is bounded, however much would."""

import io
from typing import IO, Protocol

from doctor.collectors.pickled import Exhausted

CHUNK = 1 << 16  # bytes

MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"]\x00\x00", "lzma"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x78\x01", "zlib"),
    (b"\x78\x5e", "zlib"),
    (b"\x78\x9c", "zlib"),
    (b"\x78\xda", "zlib"),
)
"""First bytes of the compressions that joblib writes. Source: joblib 1.6, `joblib/compressor.py`."""

LIMITS = {"gzip": 5 << 20, "zlib": 5 << 20, "bz2": 768 << 10, "xz": 384 << 10, "lzma": 384 << 10}
"""Bytes that are unpacked of one file: about 50 ms of work each."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def compression(head: bytes) -> str | None:
    """The name of the compression that a file's first bytes tell, None for none."""
    return next((name for magic, name in MAGIC if head.startswith(magic)), None)


def unpack(file: IO[bytes], how: str) -> io.BufferedReader:
    """The content of a compressed file as a stream. It raises Exhausted past LIMITS, and EOFError for garbage."""
    return io.BufferedReader(_Unpacked(file, _decompressor(how), LIMITS[how]), CHUNK)


def _decompressor(how: str) -> _Decompressor:
    if how == "bz2":
        import bz2

        return bz2.BZ2Decompressor()
    if how in {"xz", "lzma"}:
        import lzma

        return lzma.LZMADecompressor()
    return _Inflater()


class _Inflater:
    """zlib's decompressor, with the interface that bz2 and lzma share."""

    def __init__(self) -> None:
        import zlib

        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: zlib or gzip, as the header tells

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class _Unpacked(io.RawIOBase):
    def __init__(self, file: IO[bytes], decompressor: _Decompressor, limit: int) -> None:
        self._file = file
        self._decompressor = decompressor
        self._left = limit
        self._at = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "bytearray | memoryview[int]", /) -> int:  # type: ignore[override]
        """Fill the buffer; 0 at the end, also when the compressed data end early."""
        if self._left <= 0:
            raise Exhausted
        wanted = min(len(buffer), self._left)
        data = b""
        while not data and not self._decompressor.eof:
            packed = self._file.read(CHUNK) if self._decompressor.needs_input else b""
            ended = self._decompressor.needs_input and not packed
            try:
                data = self._decompressor.decompress(packed, wanted)
            except Exception as error:  # zlib.error, lzma.LZMAError, OSError: each known only where its module is
                raise EOFError(str(error)) from error
            if ended and not data:
                break
        buffer[: len(data)] = data
        self._left -= len(data)
        self._at += len(data)
        return len(data)
