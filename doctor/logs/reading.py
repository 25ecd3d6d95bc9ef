"""From a file to logs."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from checks.evidence import Log


def read_logs(path: Path) -> Iterator[Log]:
    """The logs in one file: one, or for an archive or an export of several sources one each."""
    with path.open("rb") as stream:
        yield from read_stream(str(path), stream)


def read_stream(name: str, stream: BinaryIO) -> Iterator[Log]:
    """The logs in a stream of bytes."""
    yield Log(source=name, text=stream.read().decode("utf-8", "replace"))
