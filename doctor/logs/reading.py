"""From a file to logs."""

from collections.abc import Iterator
from pathlib import Path

from checks.evidence import Log


def read_logs(path: Path) -> Iterator[Log]:
    """The logs in one file: one, or for an archive or an export of several sources one each."""
    yield Log(source=str(path), text=path.read_bytes().decode("utf-8", "replace"))
