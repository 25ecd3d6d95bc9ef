"""The files inside archives, one after the other, nothing unpacked to disk and no more read than a limit."""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from doctor.errors import CannotExamine
from doctor.logs.decompression import PIECE, Source
from doctor.logs.inputs import NO_TEXT

LARGEST_MEMBER = 8 << 30  # bytes of one file, unpacked
LARGEST_IN_MEMORY = 256 << 20  # bytes of a zip archive that cannot be read out of order
MOST_MEMBERS = 100_000
ZIP, EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
REFUSED = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar"}
TAR_AT, TAR = 257, b"ustar"
BUNDLE, BUNDLE_LOGS = "doctor.json", "logs/"  # of a support bundle only the logs are logs

Member = tuple[str, Iterator[bytes]]


def kind_of(head: bytes, source: str) -> str | None:
    """`zip`, `tar` or None. Raises CannotExamine for archives that cannot be read here."""
    for magic, name in REFUSED.items():
        if head.startswith(magic):
            raise CannotExamine(
                f"{source} is a {name} archive, which cannot be read; unpack it and give the files in it"
            )
    if head.startswith((ZIP, EMPTY_ZIP)):
        return "zip"
    return "tar" if head[TAR_AT : TAR_AT + len(TAR)] == TAR else None


def members_of_zip(chunks: Iterator[bytes], stream: BinaryIO | None, source: str) -> Iterator[Member]:
    """The files of a zip archive; `stream` is the archive where one can go back in it, else it is held in memory.

    Raises CannotExamine when it is encrypted, or too large to be held.
    """
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(stream or _held(chunks, source)) as archive:
            members = archive.infolist()[:MOST_MEMBERS]
            beginning = BUNDLE_LOGS if members and members[0].filename == BUNDLE else ""
            for info in members:
                if info.is_dir() or not info.filename.startswith(beginning) or not _is_wanted(info.filename):
                    continue
                if info.flag_bits & 1:
                    raise CannotExamine(f"{source} is encrypted; unpack it and give the files in it")
                with (
                    suppress(zipfile.BadZipFile, NotImplementedError, OSError, zlib.error),
                    archive.open(info) as member,
                ):
                    yield info.filename, _limited(member)
    except zipfile.BadZipFile as error:
        raise CannotExamine(f"{source} is a damaged zip archive ({error}); make it again") from error


def _held(chunks: Iterator[bytes], source: str) -> BytesIO:
    held = BytesIO()
    for chunk in chunks:
        held.write(chunk)
        if held.tell() > LARGEST_IN_MEMORY:
            raise CannotExamine(f"{source} is a large zip archive; save it to a file and give its path")
    return held


def members_of_tar(chunks: Iterator[bytes]) -> Iterator[Member]:
    """The files of a tar archive, read once from the beginning to where it ends or is damaged."""
    import tarfile

    with (
        suppress(tarfile.TarError, EOFError, OSError),
        tarfile.open(fileobj=cast(IO[bytes], Source(chunks)), mode="r|") as archive,
    ):
        for number, info in enumerate(archive):
            if number >= MOST_MEMBERS:
                return
            member = archive.extractfile(info) if info.isfile() and _is_wanted(info.name) else None
            if member:
                yield info.name, _limited(member)


def _is_wanted(name: str) -> bool:
    """False for what systems and editors leave in archives, and for what is no text by its name."""
    path = PurePosixPath(name.replace("\\", "/"))
    hidden = any((part.startswith(".") and part not in {".", ".."}) or part == "__MACOSX" for part in path.parts)
    return not hidden and path.suffix.lower() not in NO_TEXT


def _limited(member: IO[bytes]) -> Iterator[bytes]:
    import tarfile
    import zipfile
    import zlib

    left = LARGEST_MEMBER
    with suppress(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError):
        while left > 0 and (piece := member.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
