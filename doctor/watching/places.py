"""Where the files of a target lie that a change of makes a diagnosis stale, and which files beside them do not."""

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from checks.evidence import EnvironmentFile, Evidence, ModelFolder, Samples
from doctor.diagnosis.call import Call

MOST_FILES = 2_000  # of a folder that came as a whole
MOST_FOLDERS = 512
"""Folders that are watched at most, the nearest first: who has more keeps data there."""

_PASSED_OVER = frozenset({"__pycache__", "node_modules", "venv", "env", "site-packages"})
_TELLING = frozenset({".env", ".dockerignore", ".amlignore"})  # hidden files that matter
_OF_EDITORS = re.compile(r"~$|^#.*#$|^\.#|\.sw[a-px]$|^4913$|___jb_\w+___$|\.kate-swp$|\.py[co]$|\.tmp$|\.part$")
_TYPED = frozenset({".py", ".txt", ".yml", ".yaml", ".json", ".toml", ".cfg", ".ini", ".env", ".csv"})


@dataclass(frozen=True)
class Places:
    """`trees` are folders with all below them, `files` single files; `typed` says that a person writes them."""

    trees: frozenset[str]
    files: frozenset[str]
    typed: bool = True

    def matters(self, path: str) -> bool:
        """Whether a change of that path is a change of the target."""
        if path in self.files or any(one.startswith(path + os.sep) for one in (*self.trees, *self.files)):
            return True
        return path in self.trees or any(_is_in(path, tree) for tree in self.trees)

    def is_urgent(self, path: str) -> bool:
        """Whether a person saved it just now: what is large or grows by itself is none of that."""
        return self.typed and (path in self.files or Path(path).suffix.lower() in _TYPED)

    def files_at(self, path: str) -> list[str]:
        """The path, or the files that matter in the folder that came with all that is in it."""
        if not Path(path).is_dir():
            return [path]
        found = (entry.path for folder in _below(path) for entry in _entries(folder) if entry.is_file())
        return [one for one in islice(found, MOST_FILES) if self.matters(one)]

    def all_files(self) -> list[str]:
        """What there is to change now."""
        found = (file for tree in sorted(self.trees) for file in self.files_at(tree))
        return [*sorted(self.files), *found]

    def folders(self) -> list[str]:
        """The folders that tell of every change, each without those below; of one that is gone, what it was in."""
        found = dict.fromkeys(_there(Path(file).parent) for file in sorted(self.files))
        for tree in sorted(self.trees):
            found |= dict.fromkeys(_below(tree) if Path(tree).is_dir() else [_there(Path(tree))])
        return list(found)


def places_of(call: Call, found: Sequence[Evidence] = ()) -> Places:
    """The places of a call, those included that a configuration file names and those that were met on the way."""
    path = Path(call.name)
    if call.kind not in {"script", "folder"}:
        return Places(frozenset(), _both([path]), typed=call.kind in {"manifest", "document"})
    trees = [path if call.kind == "folder" else path.parent, *_given(call.model_dir)]
    files = [path] if call.kind == "script" else []
    files += [Path(sample) for sample in call.samples] + _given(call.environment)
    files += _configured(path, trees)
    for evidence in found:
        if isinstance(evidence.environment, EnvironmentFile):
            files.append(Path(evidence.environment.path))
        if isinstance(evidence.samples, Samples):
            files += [Path(one.source) for one in evidence.samples.items if Path(one.source).is_file()]
        if isinstance(evidence.models, ModelFolder):
            trees.append(Path(evidence.models.path))
    return Places(_both(trees), _both(files))


def _configured(path: Path, trees: list[Path]) -> list[Path]:
    from doctor.config import load_settings
    from doctor.errors import DoctorError

    try:
        settings = load_settings(path)
    except DoctorError:  # the diagnosis says so
        return []
    trees += [settings.model_dir] if settings.model_dir else []
    return [
        *settings.samples,
        *([settings.env] if settings.env else []),
        *([settings.source] if settings.source else []),
    ]


def _given(path: str | None) -> list[Path]:
    return [Path(path)] if path else []


def _both(paths: Iterable[Path]) -> frozenset[str]:
    """Each path as it is written and where its links lead."""
    return frozenset(form for path in paths for form in (str(path.absolute()), os.path.realpath(path)))


def _is_in(path: str, tree: str) -> bool:
    if not path.startswith(tree.rstrip(os.sep) + os.sep):
        return False
    *folders, name = Path(path[len(tree) :].strip(os.sep)).parts
    return not any(map(_is_passed_over, folders)) and _is_telling(name)


def _is_telling(name: str) -> bool:
    if name in _TELLING:
        return True
    return not (name.startswith(".") or name in _PASSED_OVER or _OF_EDITORS.search(name))


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name in _PASSED_OVER


def _there(path: Path) -> str:
    while not path.is_dir() and path != path.parent:
        path = path.parent
    return str(path)


def _below(tree: str) -> Iterator[str]:
    """A folder and those below it, the nearest first, at most MOST_FOLDERS; links are not followed."""
    waiting, given = deque([tree]), 0
    while waiting and given < MOST_FOLDERS:
        folder = waiting.popleft()
        yield folder
        given += 1
        inside = (one for one in _entries(folder) if one.is_dir(follow_symlinks=False))
        waiting += sorted(one.path for one in inside if not _is_passed_over(one.name))


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # no permission, or gone meanwhile
        return []
