"""The person's own copy of the code, laid over what is inside: which folder inside it belongs to, and what differs."""

import hashlib
import posixpath
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from checks.container.places import Places, app_root, code_root, within
from checks.containers import Container, FileInside, LocalSource

_NO_CODE = re.compile(
    r"(?:^|/)(?:__pycache__|\.git|\.venv|venv|\.ipynb_checkpoints|\.pytest_cache|\.mypy_cache|node_modules)/"
    r"|(?:^|/)\.(?:DS_Store|gitignore|gitattributes|dockerignore|amlignore)$|\.(?:pyc|pyo|swp|log)$"
)


@dataclass(frozen=True)
class Pair:
    """One file of the local source and its place inside; `inside` is None when nothing is there."""

    local: FileInside
    path: str
    inside: FileInside | None


def paired(container: Container, places: Places, local: LocalSource) -> tuple[Pair, ...]:
    """Every file of the local source that is code or data, with the file inside that it should be."""
    files = [file for file in local.files if file.kind == "file" and not _NO_CODE.search(file.path)]
    root = _root(container, places, files)
    return tuple(Pair(file, f"{root}/{file.path}", places.files.get(f"{root}/{file.path}")) for file in files)


def _root(container: Container, places: Places, files: list[FileInside]) -> str:
    """The folder inside that has most of the local files at their places; the code's folder when none has any."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for path, file in places.files.items():
        if file.kind == "file":
            by_name[posixpath.basename(path)].append(path)
    roots: Counter[str] = Counter()
    for file in files:
        for path in by_name.get(posixpath.basename(file.path), ()):
            if path.endswith(f"/{file.path}"):
                roots[path[: -len(file.path) - 1]] += 1
    home = code_root(container).rstrip("/")
    enough = max(2, len(files) // 2)
    above = app_root(container)
    roots = Counter({root: n for root, n in roots.items() if n >= enough or within(root, home) or within(root, above)})
    if not roots:
        return home
    most = max(roots.values())
    best = sorted(root for root, count in roots.items() if count == most)
    return home if home in best else best[0]


def differs(pair: Pair) -> bool:
    """True when both digests are known and are not the same."""
    return bool(pair.inside and pair.inside.digest and pair.local.digest and pair.inside.digest != pair.local.digest)


def only_line_ends(pair: Pair, texts: dict[str, str]) -> bool:
    """True when the text inside becomes the local one once its line ends are changed."""
    text = texts.get(pair.path)
    if text is None or pair.local.digest is None:
        return False
    unix = text.replace("\r\n", "\n")
    return any(_digest(each) == pair.local.digest for each in (unix, unix.replace("\n", "\r\n")))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
