"""The person's own copy of the code, to be held against what is inside."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from checks.containers import FileInside, LocalSource
from doctor.collectors.script import PASSED_OVER
from doctor.errors import ConfigError

MOST_FILES = 5_000
LARGEST_FILE = 16 << 20  # bytes of a file whose content is read: code is smaller
MOST_BYTES = 256 << 20  # bytes that are read altogether
DEEPEST = 12  # folders below one another
PIECE = 1 << 20


def collect_local(folder: Path) -> LocalSource:
    """Every file below, with the SHA-256 of its bytes. Caches, environments and version control are passed over.

    Raises ConfigError when the folder is not there, is none, or cannot be read.
    """
    try:
        with os.scandir(folder):
            pass
    except FileNotFoundError:
        raise ConfigError(f"--source {folder} is not there; give the folder of the code") from None
    except NotADirectoryError:
        raise ConfigError(f"--source {folder} is a file; give the folder that holds it: {folder.parent}") from None
    except OSError as error:
        raise ConfigError(
            f"--source {folder} cannot be read: {error.strerror or error}; check its permissions"
        ) from None
    files: list[FileInside] = []
    left = MOST_BYTES
    truncated = False
    for path, status in _walk(str(folder)):
        if len(files) >= MOST_FILES:
            truncated = True
            break
        one = _described(str(folder), path, status, left)
        truncated |= one.kind == "file" and one.digest is None and one.size > left
        left -= one.size if one.digest else 0
        files.append(one)
    return LocalSource(path=str(folder), files=tuple(files), truncated=truncated)


def _walk(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """Files and links below, relative paths with forward slashes, in a stable order, level by level."""
    pending = [("", 0)]
    for here, level in pending:  # grows while it is walked
        try:
            with os.scandir(Path(folder) / here) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISDIR(status.st_mode):
                if level < DEEPEST and not _is_passed_over(entry):
                    pending.append((f"{here}{entry.name}/", level + 1))
            elif not entry.name.endswith(".pyc"):
                yield here + entry.name, status


def _is_passed_over(entry: "os.DirEntry[str]") -> bool:
    """True for caches, version control, and virtual environments of any name."""
    return entry.name in PASSED_OVER or (Path(entry.path) / "pyvenv.cfg").is_file()


def _described(folder: str, path: str, status: os.stat_result, left: int) -> FileInside:
    """One file, with its digest unless it is too large or cannot be read."""
    mode = status.st_mode
    kind: Literal["file", "link", "other"] = "other"
    if stat.S_ISREG(mode):
        kind = "file"
    elif stat.S_ISLNK(mode):
        kind = "link"
    full = Path(folder) / path
    target = None
    if kind == "link":
        try:
            target = str(full.readlink())
        except OSError:
            target = None
    wanted = kind == "file" and status.st_size <= min(LARGEST_FILE, left)
    return FileInside(
        path=path,
        kind=kind,
        size=status.st_size,
        mode=stat.S_IMODE(mode),
        uid=status.st_uid,
        gid=status.st_gid,
        digest=_digest(full) if wanted else None,
        target=target,
    )


def _digest(path: Path) -> str | None:
    """Of the bytes as they are: line ends make a difference inside. None when it cannot be read."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(PIECE):
                found.update(piece)
    except OSError:
        return None
    return found.hexdigest()
