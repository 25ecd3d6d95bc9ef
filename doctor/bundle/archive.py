"""Open a zip archive that anybody may have made: looked at before it is read, nothing unpacked to a disk."""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from doctor.bundle.form import LOGS, MARKS, MOST_FILES
from doctor.errors import CannotExamine

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_END, _END_SIZE = b"PK\x05\x06", 22
_LARGE_END_AT, _LARGE_END = 20, b"PK\x06\x07"
_COMMENT = 1 << 16  # bytes at most
_ENTRY = 400  # bytes that an entry of a bundle takes in the list at the archive's end, at most
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive. Raises CannotExamine when it is damaged, encrypted, or none that doctor wrote."""
    try:
        with path.open("rb") as stream:
            _look_at_list(stream, path)
            with zipfile.ZipFile(stream) as archive:
                for one in archive.infolist():
                    _look_at(one, path)
                if len(archive.NameToInfo) < len(archive.infolist()):
                    raise _foreign(path)  # a name twice: who looks sees one file, who reads another
                yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error) as error:
        raise CannotExamine(f"{path} is a damaged zip archive ({error}); copy or download it again") from error


def content(archive: zipfile.ZipFile, name: str, path: Path, largest: int) -> bytes:
    """The whole of one file. Raises CannotExamine for one that is larger, KeyError when it is not there."""
    info = archive.getinfo(name)
    if info.file_size > largest:
        raise CannotExamine(f"{name} of {path} unpacks to {info.file_size:,} bytes: doctor wrote no such file")
    with archive.open(info) as stream:
        found = stream.read(largest + 1)
    if len(found) > largest:
        raise CannotExamine(f"{name} of {path} unpacks to more than {largest:,} bytes: doctor wrote no such file")
    return found


def is_inside(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a name that the archive itself tells is that of a log or its marks in it."""
    return name.startswith((LOGS, MARKS)) and name in archive.NameToInfo


def _look_at_list(stream: BinaryIO, path: Path) -> None:
    """Refuse a list of files that is too long to be read: reading it takes a thousand bytes an entry."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _END_SIZE - _COMMENT))
    end = stream.read()
    at = end.rfind(_END)
    if at < 0 or len(end) - at < _END_SIZE:
        raise zipfile.BadZipFile("its end is missing")
    number, listed = struct.unpack("<HL", end[at + 10 : at + 16])
    is_large = end[max(0, at - _LARGE_END_AT) : at].startswith(_LARGE_END)
    if is_large or number > MOST_FILES or listed > MOST_FILES * _ENTRY:
        raise _foreign(path)
    stream.seek(0)


def _look_at(one: zipfile.ZipInfo, path: Path) -> None:
    kind = stat.S_IFMT(one.external_attr >> 16)
    is_cut = one.orig_filename.count("\0")  # what stands behind it is not shown
    if _leads_out(one.filename) or is_cut or kind not in {0, stat.S_IFREG} or one.compress_type not in _PACKED:
        raise _foreign(path)
    if one.flag_bits & 1:
        raise CannotExamine(f"{path} is encrypted; unpack it, and pack it again without a password")


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else True


def _foreign(path: Path) -> CannotExamine:
    return CannotExamine(f"{path} holds files that no bundle of doctor holds; it was made by somebody else")


def limited(stream: IO[bytes], most: int) -> Iterator[bytes]:
    """Some bytes after the other, at most so many."""
    while most > 0 and (piece := stream.read(min(1 << 18, most))):
        most -= len(piece)
        yield piece
