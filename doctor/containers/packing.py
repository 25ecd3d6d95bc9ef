"""A folder as an archive, made while it is sent: neither memory nor a temporary file holds it."""

import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

PIECE = 1 << 20  # bytes that are read at once
_BLOCK = tarfile.BLOCKSIZE


def packed(folder: Path, name: str, unread: list[str]) -> Iterator[bytes]:
    """The folder and all below it, called `name` in the archive, piece by piece.

    Links are followed, for what they point to is not there where the archive is opened; of a link to a folder that
    holds it nothing is taken. Everything belongs to root and may be read by all, as it is mounted. Paths that cannot
    be read are added to `unread`.
    """
    yield from _folder(str(folder), name, frozenset(), unread)
    yield b"\0" * (2 * _BLOCK)


def _folder(path: str, name: str, above: frozenset[str], unread: list[str]) -> Iterator[bytes]:
    real = os.path.realpath(path)
    if real in above:
        return
    try:
        status = Path(path).stat()
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError:
        unread.append(path)
        return
    yield _header(name, status, tarfile.DIRTYPE)
    for entry in entries:
        below = f"{name}/{entry.name}"
        if entry.is_dir():
            yield from _folder(entry.path, below, above | {real}, unread)
        elif entry.is_file():
            yield from _file(entry.path, below, unread)


def _file(path: str, name: str, unread: list[str]) -> Iterator[bytes]:
    try:
        with Path(path).open("rb") as stream:
            status = os.fstat(stream.fileno())
            left = status.st_size
            yield _header(name, status, tarfile.REGTYPE)
            while left and (piece := stream.read(min(PIECE, left))):
                left -= len(piece)
                yield piece
    except OSError:
        unread.append(path)
        return
    while left:  # it became shorter meanwhile
        left -= (short := min(PIECE, left))
        yield b"\0" * short
    if rest := status.st_size % _BLOCK:
        yield b"\0" * (_BLOCK - rest)


def _header(name: str, status: os.stat_result, kind: bytes) -> bytes:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.size = 0 if kind == tarfile.DIRTYPE else status.st_size
    member.mtime = int(status.st_mtime)
    can_be_run = kind == tarfile.DIRTYPE or status.st_mode & stat.S_IXUSR
    member.mode = stat.S_IMODE(status.st_mode) | (0o755 if can_be_run else 0o644)
    return member.tobuf(tarfile.PAX_FORMAT, errors="surrogateescape")
