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

PREFIX = "doctor-brought-"


class Brought:
    """A context manager; `root` is the temporary folder."""

    def __init__(self) -> None:
        self.root = Path(os.path.realpath(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")))

    def path(self, inside: str) -> Path:
        """Where the file of that absolute path inside lies here."""
        return self.root / inside.lstrip("/")

    def own(self, text: str) -> str:
        """A text with paths of this folder turned back into those of the container."""
        return text.replace(f"{self.root}/", "/").replace(str(self.root), "/")

    def remove(self) -> None:
        """Remove the folder and all in it."""
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()
