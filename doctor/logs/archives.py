"""The files inside archives, one after the other, nothing unpacked to disk and no more read than a limit."""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from doctor.errors import CannotExamine
from doctor.logs.decompression import PIECE, Source
from doctor.logs.inputs import NO_TEXT

LARGEST_IN_MEMORY = 256 << 20  # bytes of a zip archive that cannot be read out of order
MOST_MEMBERS = 100_000
ZIP, EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
REFUSED = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar"}
TAR_AT, TAR = 257, b"ustar"
BUNDLE, BUNDLE_LOGS = "doctor.json", "logs/"  # of a support bundle only the logs are logs
NAMED = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".7z", ".rar")
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")

Member = tuple[str, Iterator[bytes]]


def kind_of(head: bytes, source: str, packed: bytes = b"") -> str | None:
    """`zip`, `tar` or None, by the first bytes, unpacked; `packed` are those of the file.

    Raises CannotExamine for archives that cannot be read here, and for what is an archive by its name alone. A log in a
    file named x.gz is a log: browsers unpack what they download, and keep its name.
    """
    for magic, name in REFUSED.items():
        if head.startswith(magic):
            raise CannotExamine(
                f"{source} is a {name} archive, which cannot be read; unpack it and give the files in it"
            )
    if head.startswith((ZIP, EMPTY_ZIP)):
        return "zip"
    if head[TAR_AT : TAR_AT + len(TAR)] == TAR:
        return "tar"
    name = source.lower()
    compressed = next((end for end in COMPRESSED if name.endswith(end)), "")
    ending = next((end for end in NAMED if name.removesuffix(compressed).endswith(end)), "") + compressed
    if ending and (not head or ending != compressed):
        raise CannotExamine(f"{source} is no {ending.lstrip('.')} file: {_instead(head, packed)}")
    return None


def _instead(head: bytes, packed: bytes) -> str:
    """What a file holds that its name says something else of, with the remedy."""
    again = "copy or download it again"
    if not head and not packed:
        return f"it is empty; {again}"
    if head.lstrip()[:1] == b"<":
        return f"it holds a web page, perhaps the one that asks to sign in; {again}"
    if not head or head.startswith(ZIP[:2]) or b"\0" in head:
        return f"it is cut off or damaged; {again}"
    return "it holds text; give it a name that ends with .log"


def members_of_zip(chunks: Iterator[bytes], stream: BinaryIO | None, source: str) -> Iterator[Member]:
    """The files of a zip archive; `stream` is the archive where one can go back in it, else it is held in memory.

    Raises CannotExamine when it is damaged, encrypted, or too large to be held; of single files at the end.
    """
    import zipfile
    import zlib

    unread: list[str] = []
    try:
        with zipfile.ZipFile(stream or _held(chunks, source)) as archive:
            members = archive.infolist()[:MOST_MEMBERS]
            beginning = BUNDLE_LOGS if members and members[0].filename == BUNDLE else ""
            for info in members:
                if info.is_dir() or not info.filename.startswith(beginning) or not _is_wanted(info.filename):
                    continue
                if info.flag_bits & 1:
                    raise CannotExamine(f"{source} is encrypted with a password; unpack it and give the files in it")
                try:
                    member = archive.open(info)
                except (zipfile.BadZipFile, NotImplementedError, OSError, zlib.error) as error:
                    unread.append(f"{source}!{info.filename} ({error})")
                    continue
                with member:
                    yield info.filename, _pieces(member)
    except (zipfile.BadZipFile, ValueError) as error:
        why = "its end is missing" if "not a zip file" in str(error) else error
        raise CannotExamine(f"{source} is a zip archive that is cut off or damaged ({why}); copy it again") from error
    if unread:
        raise CannotExamine(f"cannot be read: {listed(unread)}; unpack the archive and give the files in it")


def listed(told: list[str], most: int = 3) -> str:
    """Some of many, and how many more."""
    return "; ".join([*told[:most], *([f"and {len(told) - most:,} more"] if len(told) > most else [])])


def _held(chunks: Iterator[bytes], source: str) -> BytesIO:
    held = BytesIO()
    for chunk in chunks:
        held.write(chunk)
        if held.tell() > LARGEST_IN_MEMORY:
            raise CannotExamine(f"{source} is a large zip archive; save it to a file and give its path")
    return held


def members_of_tar(chunks: Iterator[bytes], source: str) -> Iterator[Member]:
    """The files of a tar archive, read once from the beginning. Raises CannotExamine where it is cut off or damaged."""
    import tarfile

    try:
        with tarfile.open(fileobj=cast(IO[bytes], Source(chunks)), mode="r|") as archive:
            for number, info in enumerate(archive):
                if number >= MOST_MEMBERS:
                    return
                member = archive.extractfile(info) if info.isfile() and _is_wanted(info.name) else None
                if member:
                    yield info.name, _pieces(member)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise CannotExamine(
            f"{source} is a tar archive that is cut off or damaged ({error}); what came before was read: copy it again"
        ) from error


def _is_wanted(name: str) -> bool:
    """False for what systems and editors leave in archives, and for what is no text by its name."""
    path = PurePosixPath(name.replace("\\", "/"))
    hidden = any((part.startswith(".") and part not in {".", ".."}) or part == "__MACOSX" for part in path.parts)
    return not hidden and path.suffix.lower() not in NO_TEXT


def _pieces(member: IO[bytes]) -> Iterator[bytes]:
    import tarfile
    import zipfile
    import zlib

    with suppress(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError):
        while piece := member.read(PIECE):
            yield piece
