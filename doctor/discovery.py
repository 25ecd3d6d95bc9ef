"""What can be diagnosed below a folder: found as it is read, and never without an end, however much lies there."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from doctor.cluster.manifest_paths import ENDINGS, manifests_among, script_named_by
from doctor.collectors.script import half_services, likeness_of, walk
from doctor.diagnosis.call import Kind
from doctor.errors import CannotExamine
from doctor.targets import is_report

DEPTH = 3  # folders below the first, as `doctor check` looks
MOST_FILES = 20_000
MOST_EACH = 10_000  # entries of one folder
MOST_READ = 3_000  # files whose beginning is read to know what they are
HEAD = 64 << 10
_LOG = re.compile(r".+\.(log|out|err)([.-]\d[\w.-]*?)?(\.(gz|bz2|xz|zst))?\Z", re.IGNORECASE)
_SAVED = (".json", ".jsonl", ".zip", ".gz", ".tgz", ".zst", ".bundle", ".doctor")
_TEXTS = (*ENDINGS, ".txt")
_HINTS = re.compile(rb"(?i)swagger|openapi|[\"']?paths[\"']?\s*:|\"internal\"")


@dataclass(frozen=True)
class Found:
    """A file that can be diagnosed. `path` is below the folder that was looked through; `modified` is in seconds.

    `script` is the entry script that a deployment file names: the one that is diagnosed in its place.
    """

    path: Path
    kind: Kind
    size: int = 0
    modified: float | None = None
    remark: str = ""
    script: Path | None = None


class Discovery:
    """One look through a folder, three levels deep. Iterate it once; `limit` tells afterwards what was passed over.

    Raises CannotExamine where the folder itself cannot be read.
    """

    def __init__(self, folder: Path, *, most_files: int = MOST_FILES, most_read: int = MOST_READ) -> None:
        self.folder, self.most_files, self._left = folder, most_files, most_read
        self.limit = ""
        self._taken: set[Path] = set()

    def __iter__(self) -> Iterator[Found]:
        try:
            with os.scandir(self.folder):
                pass
        except OSError as error:
            raise CannotExamine(
                f"{self.folder} cannot be read: {error.strerror or error}; name another folder"
            ) from error
        names = list(islice(walk(self.folder, DEPTH, most_each=MOST_EACH), self.most_files + 1))
        cut = len(names) > self.most_files
        names = names[: self.most_files]
        yield from self._scripts(name for name in names if name.endswith(".py"))
        yield from self._described([name for name in names if name.lower().endswith((*_TEXTS, *_SAVED))])
        for name in names:
            if _LOG.fullmatch(name):
                yield from self._found(self.folder / name, "log")
        if cut:
            self.limit = f"only the first {self.most_files:,} files were looked at; type the path of any other"
        elif self._left < 0:
            self.limit = "there are too many files to read them all; type the path of one that is missing here"

    def _scripts(self, names: Iterable[str]) -> Iterator[Found]:
        named: list[Path] = []
        whole: list[Path] = []
        for name in self._read(names):
            path = self.folder / name
            likeness = likeness_of(path)
            if likeness == "defines":
                whole.append(path)
                yield from self._found(path, "script")
            elif likeness == "named":
                named.append(path)
        for path in half_services(whole, named) if whole else named:
            yield from self._found(path, "script", "lacks init() or run()")

    def _described(self, names: list[str]) -> Iterator[Found]:
        """Saved reports first, then descriptions of a service, then manifests; what is none of them is left out."""
        from doctor.contract.documents import SERVED_NAMES, is_document

        rest: list[str] = []
        for name in self._read(names):
            path = self.folder / name
            lower = name.lower()
            try:
                if lower.endswith(_SAVED) and is_report(path):
                    yield from self._found(path, "report")
                    continue
                if not lower.endswith(_TEXTS):
                    continue
                with path.open("rb") as opened:
                    hinted = path.name in SERVED_NAMES or _HINTS.search(opened.read(HEAD))
            except OSError:
                continue
            if hinted and is_document(path):
                yield from self._found(path, "document")
            elif script := script_named_by(path):
                there = "deploys" if script.is_file() else "not there:"
                yield from self._found(path, "script", f"{there} {_below(self.folder, script)}", script)
            else:
                rest.append(name)
        for path in manifests_among(self.folder, rest):
            yield from self._found(path, "manifest")

    def _read(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            self._left -= 1
            if self._left < 0:
                return
            yield name

    def _found(self, path: Path, kind: Kind, remark: str = "", script: Path | None = None) -> Iterator[Found]:
        if path in self._taken:
            return
        self._taken.add(path)
        try:
            status = path.stat()
        except OSError:
            return
        yield Found(
            path, kind, status.st_size, status.st_mtime, remark or ("empty" if not status.st_size else ""), script
        )


def _below(folder: Path, path: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
