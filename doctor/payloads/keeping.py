"""Bodies kept as files: never over another without a question, and never half."""

import contextlib
import os
import re
import tempfile
from pathlib import Path

from doctor.errors import CannotExamine


class Exists(Exception):
    """A file of that name is there; the text is its path."""


def keep(path: Path, body: bytes, *, replace: bool = False) -> None:
    """Write a body. Raises Exists where a file is there and `replace` was not said, CannotExamine for all else."""
    path = path.expanduser()
    if path.is_dir():
        raise CannotExamine(f"{path} is a folder; give the name of a file in it")
    if path.exists() and not path.is_file():
        raise CannotExamine(f"{path} is no regular file; give another name")
    if not path.parent.is_dir():
        raise CannotExamine(f"the folder {path.parent} is not there; make it, or give another place")
    path = path.resolve() if replace else path
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, _mode(path))  # noqa: PTH101
            if replace:
                os.replace(name, path)  # noqa: PTH105
            else:
                os.link(name, path)  # fails where another was written meanwhile
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)  # noqa: PTH108
    except FileExistsError:
        raise Exists(str(path)) from None
    except OSError as error:
        raise CannotExamine(f"{path} cannot be written: {error.strerror}") from error


def _mode(path: Path) -> int:
    """That of the file that is replaced; else what the system gives to new files."""
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def free_name(folder: Path, like: str) -> Path:
    """A name that is free in a folder, and by which `check` finds the sample again: `sample-2.json`."""
    stem, suffix = os.path.splitext(Path(like).name)  # noqa: PTH122
    stem = re.sub(r"-\d+$", "", re.sub(r"[^\w.-]+", "-", stem).strip("-.")) or "sample"
    if not re.search(r"sample|payload|request|example|input", stem, re.IGNORECASE):
        stem = f"sample-{stem}"
    for number in range(2, 1000):
        path = folder / f"{stem}-{number}{suffix or '.json'}"
        if not path.exists():
            return path
    return folder / f"{stem}-new{suffix or '.json'}"
