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


def replaced(path: Path, fill: Callable[[IO[bytes]], object], mode: int) -> None:
    """The same for a file that `fill` writes."""
    real = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name[:60]}.", suffix=".doctor")
        try:
            with os.fdopen(handle, "w+b") as stream:
                fill(stream)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(mode)
            Path(name).replace(real)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise CannotExamine(f"{path} cannot be written: {error.strerror or error}; choose another place") from error
