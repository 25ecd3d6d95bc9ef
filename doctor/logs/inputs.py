"""What the paths of a call stand for: files, folders, patterns, standard input. One after the other, never a list."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import has_magic, iglob
from itertools import chain, islice
from pathlib import Path

from doctor.errors import CannotExamine

STDIN = "-"
SORTED = 10_000  # entries; a larger folder is taken in the order in which the file system lists it
NO_TEXT = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".gif", ".bmp", ".ico", ".webp", ".pdf", ".docx", ".xlsx", ".pptx", ".mp3", ".mp4"),
        *(".so", ".dll", ".exe", ".o", ".pyc", ".whl", ".ttf", ".woff", ".woff2", ".sqlite", ".db", ".parquet"),
        *(".pkl", ".joblib", ".pt", ".pth", ".onnx", ".h5", ".keras", ".npy", ".npz", ".safetensors"),
    }
)
"""Files that a walk through a folder leaves out; named in the call, they are read."""


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to read: a file, or what was read already (then `content`, and `path` only tells its name).

    `size` is in bytes, None where the file system does not tell (a pipe); `modified` is in seconds since the epoch.
    """

    path: str
    size: int | None = None
    modified: float | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that could not be read, and why, with the remedy."""

    path: str
    reason: str


def find_inputs(paths: Sequence[str], include: Sequence[str] = ()) -> Iterator[Input | Refused]:
    """Everything that the paths stand for, as it is found.

    A folder is walked without its hidden files, following no links to folders; `include` are patterns of file names, of
    which one must fit there. A pattern that the shell left alone is expanded here. `-` is standard input.
    """
    for path in paths:
        if path == STDIN:
            yield Input(path=STDIN)
            continue
        try:
            status = os.stat(path)  # noqa: PTH116 # a million of them: no objects
        except OSError as error:
            found: Iterator[Input | Refused] = iter(())
            if isinstance(error, FileNotFoundError) and has_magic(path):
                found = chain.from_iterable(find_inputs([one], include) for one in iglob(path, recursive=True))  # noqa: PTH207
            first = next(found, None)
            if first is None:
                yield Refused(path, _why(path, error))
            else:
                yield from chain([first], found)
            continue
        if stat.S_ISDIR(status.st_mode):
            walked = _walk(path, include)
            first = next(walked, None)
            if first is None:
                wanted = f" that fits {' or '.join(include)}" if include else ""
                yield Refused(path, f"{path} holds no file{wanted}; give a folder with logs, or the files")
            else:
                yield from chain([first], walked)
        else:
            yield _input(path, status)


def _walk(folder: str, include: Sequence[str]) -> Iterator[Input | Refused]:
    pending = [folder]
    while pending:
        here = pending.pop()
        try:
            with os.scandir(here) as entries:
                some = sorted(islice(entries, SORTED), key=lambda entry: entry.name)
                below: list[str] = []
                for entry in chain(some, entries):
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.path)
                    elif _is_wanted(entry.name, include) and entry.is_file():
                        yield _input(entry.path, entry.stat())
                pending += reversed(below)
        except OSError as error:
            yield Refused(here, _why(here, error))


def _is_wanted(name: str, include: Sequence[str]) -> bool:
    if include:
        return any(fnmatchcase(name, pattern) for pattern in include)
    return os.path.splitext(name)[1].lower() not in NO_TEXT  # noqa: PTH122


def _input(path: str, status: os.stat_result) -> Input:
    regular = stat.S_ISREG(status.st_mode)
    return Input(path=path, size=status.st_size if regular else None, modified=status.st_mtime if regular else None)


def _why(path: str, error: OSError) -> str:
    if not isinstance(error, FileNotFoundError):
        return f"{path} cannot be read: {error.strerror or error}; check its permissions"
    if has_magic(path):
        return f"no file fits {path}; check the pattern"
    near = _near(Path(path))
    return f"{path} is not there{f'; a file with a similar name exists: {near}' if near else '; check the path'}"


def _near(path: Path) -> str | None:
    from doctor.near import nearest

    try:
        names = [entry.name for entry in islice(path.parent.iterdir(), SORTED)]
    except OSError:
        return None
    near = nearest(path.name, names)
    return str(path.parent / near[0]) if near else None


def content_of(one: Input, largest: int) -> Input:
    """The input with its content when it is a regular file of at most `largest` bytes, for a worker elsewhere.

    Raises CannotExamine when it cannot be read.
    """
    if one.content is not None or one.size is None or one.size > largest:
        return one
    try:
        return Input(path=one.path, size=one.size, modified=one.modified, content=Path(one.path).read_bytes())
    except OSError as error:
        raise CannotExamine(_why(one.path, error)) from error
