"""Files of a container, brought out into a temporary folder, for the collectors that read folders.

The folder mirrors the container's paths: `/var/azureml-app/score.py` lies at `<root>/var/azureml-app/score.py`. It is
removed when the context ends; `doctor.containers.owned.sweep` removes what a killed run left.
"""

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from doctor.probe.guard import Guard

PREFIX = "doctor-brought-"


class Brought:
    """A context manager; `root` is the temporary folder."""

    def __init__(self) -> None:
        self.root = Path(os.path.realpath(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")))
        Guard.add(self)

    def path(self, inside: str) -> Path:
        """Where the file of that absolute path inside lies here."""
        return self.root / inside.lstrip("/")

    def put(self, inside: str, content: bytes) -> bool:
        """Lay a file of that absolute path inside here; False where that cannot be. Nothing is written elsewhere.

        Whatever the path says, only plain folders and new plain files are made, so that no link can lead away.
        """
        parts = inside.lstrip("/").split("/")
        if not inside.startswith("/") or "\0" in inside or any(part in {"", ".", ".."} for part in parts):
            return False
        target = self.root.joinpath(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except (OSError, UnicodeError):
            return False
        with os.fdopen(file, "wb") as opened:
            opened.write(content)
        return True

    def own(self, text: str) -> str:
        """A text with paths of this folder turned back into those of the container."""
        return text.replace(f"{self.root}/", "/").replace(str(self.root), "/")

    def remove(self) -> None:
        """Remove the folder and all in it."""
        shutil.rmtree(self.root, ignore_errors=True)
        Guard.remove(self)

    def stop(self) -> None:
        """As `remove`: what ends doctor removes the folder, too."""
        self.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()
