"""The entry script and what lies beside it."""

import codecs
import io
import os
import re
import stat
import tokenize
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from checks.evidence import Script, SourceTree
from doctor.errors import CannotExamine

LARGEST_SCRIPT = 5 * 1024 * 1024  # bytes; Python's own parser needs about a hundred times the memory
MOST_FILES = 5_000
PASSED_OVER = frozenset({".git", ".hg", ".venv", "venv", "env", "node_modules", "__pycache__", ".tox", ".mypy_cache"})
ENTRY_NAMES = re.compile(
    r"(score|scoring|scorer|main|entry|entry_script|inference|serve|batch_?\w*)(_\w+)?\.py\Z|.*score.*\.py\Z"
)
_DEFINES = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(init|run)[ \t]*\(", re.MULTILINE)


def find_scripts(path: Path) -> list[Path]:
    """The entry scripts that `path` stands for: itself, or those inside the folder.

    Raises CannotExamine when the path is not there, cannot be read, or holds no entry script.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise CannotExamine(_unreadable(path, error)) from error
    if stat.S_ISDIR(mode):
        return _inside(path)
    if not stat.S_ISREG(mode):
        kind = next((name for test, name in _KINDS if test(mode)), "special file")
        raise CannotExamine(f"{path} is a {kind}; give the path of a Python file")
    return [path]


_KINDS = (
    (stat.S_ISFIFO, "FIFO"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "character device"),
    (stat.S_ISBLK, "block device"),
)


def _unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        if str(path) == "-":
            return "standard input is not read; write it to a file and give its path"
        folder = path.parent
        ending = path.suffix.lower()
        like, kind = ("*.y*ml", "YAML") if ending in {".yaml", ".yml"} else ("*.py", "Python")
        beside = sorted(p.name for p in folder.glob(like))[:5] if folder.is_dir() else []
        hint = f"; {folder} holds {', '.join(beside)}" if beside else f"; {folder} holds no {kind} file"
        return f"{path} is not there{hint if folder.is_dir() else f'; nor is the folder {folder}'}"
    if isinstance(error, PermissionError):
        return f"{path} cannot be read: permission denied; make it readable for this user (chmod u+r)"
    return f"{path} cannot be read: {error.strerror or error}"


def _inside(folder: Path) -> list[Path]:
    seen, named, defining = 0, [], []
    for name in walk(folder, depth=3):
        if not name.endswith(".py"):
            continue
        path = folder / name
        seen += 1
        likeness = likeness_of(path)
        if likeness == "defines":
            defining.append(path)
        elif likeness == "named":
            named.append(path)
    if defining or named:
        return [*defining, *half_services(defining, named)] if defining else named
    if not os.access(folder, os.R_OK | os.X_OK):
        raise CannotExamine(f"{folder} cannot be read: permission denied; make it readable for this user (chmod u+rx)")
    raise CannotExamine(
        f"{folder} holds no entry script and no manifest: none of its {seen} Python files defines init() and run(); "
        "give the path of the script itself"
    )


def likeness_of(path: Path) -> Literal["defines", "named", ""]:
    """Whether a Python file is an entry script: it defines init() and run(), or is only named like one, or neither."""
    try:
        if path.stat().st_size > LARGEST_SCRIPT:
            return ""
        found = _defined(path)
    except OSError:
        return ""
    if found == {"init", "run"}:
        return "defines"
    return "named" if ENTRY_NAMES.fullmatch(path.name) and (found or path.name in {"score.py", "main.py"}) else ""


def _defined(path: Path) -> set[str]:
    return set(_DEFINES.findall(path.read_text(encoding="utf-8", errors="replace")))


def half_services(whole: Collection[Path], named: Iterable[Path]) -> list[Path]:
    """Of the files that are only named like entry scripts those of services of their own that lack a function.

    A helper beside or below an entry script is none; a score.py in its own folder is.
    """
    folders = {path.parent for path in whole}
    alone = [path for path in named if folders.isdisjoint(path.parents)]
    return [path for path in alone if path.name == "score.py" or _defines_init(path)]


def _defines_init(path: Path) -> bool:
    try:
        return "init" in _defined(path)
    except OSError:
        return False


def walk(folder: Path, depth: int = 8, *, most_each: int | None = None) -> Iterator[str]:
    """Regular files below a folder, relative to it with forward slashes, in a stable order.

    Caches, environments and version control are passed over. Strings, not paths: a folder may hold thousands. Of each
    folder no more than `most_each` entries are looked at, those that the system lists first.
    """
    pending = [("", 0)]
    while pending:
        here, level = pending.pop(0)
        try:
            with os.scandir(folder / here) as scan:
                entries = sorted(islice(scan, most_each), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_file():
                    yield here + entry.name
                elif entry.is_dir(follow_symlinks=False) and level < depth and entry.name not in PASSED_OVER:
                    pending.append((f"{here}{entry.name}/", level + 1))
            except OSError:
                continue


def collect_script(path: Path, shown: str) -> Script:
    """Read an entry script with the encoding that Python itself would use. `shown` is the path as the person wrote it.

    Raises CannotExamine when it cannot be read or is larger than LARGEST_SCRIPT.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_SCRIPT:
            raise CannotExamine(
                f"{shown} has {size / 1e6:.0f} MB; doctor reads entry scripts of up to {LARGEST_SCRIPT / 1e6:.0f} MB. "
                "Is this the model, or data that belongs into a file of its own?"
            )
        content = path.read_bytes()
    except OSError as error:
        raise CannotExamine(_unreadable(path, error)) from error
    return decode(content, shown)


def decode(content: bytes, shown: str) -> Script:
    """The script of some bytes: PEP 263 decides the encoding; what cannot be decoded is kept as U+FFFD and told."""
    encoding, problem = "utf-8", None
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError as error:
        problem = str(error)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, problem = "utf-16", "the file is UTF-16; Python reads scripts as UTF-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1)
        problem = f"line {line}, byte {column + 1}: 0x{content[error.start]:02x} is no {encoding}"
        text = content.decode(encoding, errors="replace")
    except LookupError as error:
        problem, text = str(error), content.decode("utf-8", errors="replace")
    return Script(path=shown, text=text, encoding=encoding, undecodable=problem)


def collect_source(path: Path) -> SourceTree:
    """The names below the entry script's folder."""
    files = tuple(islice(walk(path.parent), MOST_FILES + 1))
    return SourceTree(folder=str(path.parent), files=files[:MOST_FILES], truncated=len(files) > MOST_FILES)
