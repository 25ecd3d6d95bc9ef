"""Files are replaced in one step: there is the old one, or the whole new one, and nothing between or beside them."""

import contextlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from doctor.errors import CannotExamine

PRIVATE = 0o600
_SUFFIX = ".doctor"
_OURS = re.compile(r"^\..+\.[0-9a-f]{8}\.doctor$")
_YOUNG = 5.0  # seconds in which an empty one may be about to be held


def replace_file(path: Path, content: bytes) -> None:
    """Write a file with the rights that a new file gets here. Raises CannotExamine when that cannot be done."""
    mask = os.umask(0)
    os.umask(mask)
    replaced(path, lambda stream: stream.write(content), 0o666 & ~mask)


def replaced(path: Path, fill: Callable[[IO[bytes]], object], mode: int, *, replaces: bool = True) -> None:
    """The same for a file that `fill` writes. Unless it `replaces`, one that is there by then stays, and is told."""
    real = path.resolve()
    forget_dead(real.parent)
    made = real.parent / f".{real.name[:60]}.{secrets.token_hex(4)}{_SUFFIX}"  # known before it is there: so it goes
    try:
        try:
            with open(made, "x+b", opener=_privately) as stream:
                _is_mine(stream.fileno())
                fill(stream)
                stream.flush()
                os.fsync(stream.fileno())
                made.chmod(mode)
                if replaces:
                    made.replace(real)
                else:
                    _named(made, real)
        except BaseException:
            with contextlib.suppress(OSError):
                made.unlink()
            raise
    except FileExistsError as error:
        raise CannotExamine(f"{path} is there already; choose another name") from error
    except OSError as error:
        raise CannotExamine(f"{path} cannot be written: {error.strerror or error}; choose another place") from error


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)


def forget_dead(folder: Path) -> None:
    """Remove what a process that was killed has left there: files under a temporary name that nobody holds any more."""
    for path in folder.glob(f".*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            found = path.lstat()
            is_old = abs(time.time() - found.st_mtime) > _YOUNG
            if not _OURS.search(path.name) or not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
                continue
            with path.open("rb") as stream:
                if _is_mine(stream.fileno()) and (is_old or found.st_size):
                    path.unlink()


def _is_mine(file: int) -> bool:
    """Hold an open file until it is closed, also by a kill. False where another process holds it."""
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # or a file system without locks
        return False
    return True


def _named(made: Path, real: Path) -> None:
    """Give a file its name. Raises FileExistsError when another one has it."""
    try:
        real.hardlink_to(made)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if real.exists():
            raise FileExistsError(str(real)) from None
        made.replace(real)
    else:
        made.unlink()
