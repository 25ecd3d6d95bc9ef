"""Files are replaced in one step: there is the old one, or the whole new one, and nothing between or beside them."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from doctor.errors import CannotExamine

PRIVATE = 0o600


def replace_file(path: Path, content: bytes) -> None:
    """Write a file with the rights that a new file gets here. Raises CannotExamine when that cannot be done."""
    mask = os.umask(0)
    os.umask(mask)
    replaced(path, lambda stream: stream.write(content), 0o666 & ~mask)


def replaced(path: Path, fill: Callable[[IO[bytes]], object], mode: int, *, replaces: bool = True) -> None:
    """The same for a file that `fill` writes. Unless it `replaces`, one that is there by then stays, and is told."""
    real = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name[:60]}.", suffix=".doctor")
        try:
            with os.fdopen(handle, "w+b") as stream:
                fill(stream)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(mode)
            if replaces:
                Path(name).replace(real)
            else:
                _named(Path(name), real)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except FileExistsError as error:
        raise CannotExamine(f"{path} is there already; choose another name") from error
    except OSError as error:
        raise CannotExamine(f"{path} cannot be written: {error.strerror or error}; choose another place") from error


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
