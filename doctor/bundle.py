"""A support bundle: diagnoses with their evidence, redacted, in one file that can be mailed and opened again."""

from pathlib import Path

from doctor.diagnosis.result import Done


def write(path: Path, done: Done) -> None:
    """Write a bundle. Raises CannotExamine when the file cannot be written."""
    raise NotImplementedError


def read(path: Path) -> Done:
    """Read a bundle, or a JSON report (`-o json`). Raises CannotExamine when it is neither, or of a newer schema."""
    raise NotImplementedError
