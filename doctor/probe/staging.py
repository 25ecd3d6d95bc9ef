"""A temporary folder laid out like the cloud, to rehearse a script in, and the way back to the person's own paths.

    <root>/var/azureml-app/                                a copy of the script's folder
    <root>/var/azureml-app/azureml-models/<name>/<version>  what AZUREML_MODEL_DIR holds
    <root>/tmp                                              TMPDIR
    <root>/probe                                            plan, request bodies, records

Files are copied, so that nothing a script does harms the originals; beyond COPY_BYTES and COPY_FILES, and where a
folder is CROWDED, they are linked, and the probe refuses to write to them.
"""

import contextlib
import os
import re
import shutil
import stat
import tempfile
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from doctor.collectors.samples import only_version

COPY_BYTES = 32 * 1024 * 1024
COPY_FILES = 400  # whole folders beyond it are linked
CROWDED = 1_000  # entries of a folder that is linked as a whole; it holds data, not code
_PASSED_OVER = frozenset({"__pycache__", "node_modules"})
_MODEL_NAME = re.compile(r"get_model_path\(\s*(?:model_name\s*=\s*)?[\"']([\w.\-]+)[\"']\s*[,)]")
_CODING = re.compile(r"\A(?:[^\n]*\n)?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_PREFIX = "doctor-stage-"
UNTOLD_NAME = "model"
_ALL_MODELS = "azureml-models"


@dataclass
class Stage:
    """The folder of one rehearsal. `code` holds the script's folder, `version` is AZUREML_MODEL_DIR."""

    root: Path
    code: Path
    models: Path
    version: Path | None = None
    named: bool = False  # the names under which the models are registered are known
    links: list[str] = field(default_factory=list)  # originals that the stage links to
    shown: list[tuple[str, str]] = field(default_factory=list)
    original: tuple[str, str] | None = None  # the script's real folder, run in place, and its shown name

    @property
    def desk(self) -> Path:
        """Where the probe's own files lie."""
        return self.root / "probe"

    def own(self, text: str) -> str:
        """A text with the paths of the stage replaced by the person's own."""
        if self.original and text.startswith(self.original[0] + os.sep):
            return str(Path(self.original[1], text[len(self.original[0]) + 1 :]))
        if str(self.root) not in text:
            return text
        for staged, shown in self.shown:
            if shown:
                text = text.replace(staged + os.sep, "" if shown == "." else shown.rstrip("/") + "/")
            text = text.replace(staged, shown)
        return text

    def remove(self) -> None:
        """Remove the folder and everything in it; links are removed, what they point to stays."""

        def retry(_function: object, path: str, _error: object) -> None:
            with contextlib.suppress(OSError):
                Path(path).parent.chmod(0o700)
                if Path(path).is_dir() and not Path(path).is_symlink():
                    Path(path).chmod(0o700)
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    Path(path).unlink()

        shutil.rmtree(self.root, onerror=retry)


@dataclass
class _Budget:
    """How much may still be copied, and what was linked instead."""

    size: int = COPY_BYTES
    files: int = COPY_FILES
    links: list[str] = field(default_factory=list)

    def takes(self, size: int) -> bool:
        if size > self.size or self.files <= 0:
            return False
        self.size -= size
        self.files -= 1
        return True

    def link(self, source: str | Path, target: Path) -> None:
        """Link to the original."""
        original = os.path.realpath(source)
        target.symlink_to(original)
        self.links.append(original)


def prepare(
    script: Path,
    model_dir: Path | None,
    model_name: str,
    model_version: str,
    overlay: Mapping[str, str],
    *,
    copy_code: bool = True,
) -> Stage:
    """Lay out a stage. Raises OSError when the temporary folder cannot be written."""
    root = Path(os.path.realpath(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")))
    stage = Stage(root=root, code=root / "var" / "azureml-app", models=root / "var" / "azureml-app" / "azureml-models")
    try:
        for folder in (stage.code, stage.desk, root / "tmp"):
            folder.mkdir(parents=True)
        budget = _Budget(links=stage.links)
        stage.shown = [
            (str(stage.code), str(script.parent)),
            (str(root / "tmp"), tempfile.gettempdir()),
            (str(root), ""),
        ]
        if copy_code:
            _copy_code(script, stage, budget)
            _overlay(script, stage.code, overlay)
        if model_dir is not None:
            _lay_models(stage, script, model_dir, model_name, model_version, budget)
    except BaseException:
        stage.remove()
        raise
    return stage


def _copy_code(script: Path, stage: Stage, budget: _Budget) -> None:
    target = stage.code
    (target / script.name).write_bytes(script.read_bytes())  # the script itself, whatever its size
    pending = deque([(script.parent, target)])  # the nearest first: they matter most
    while pending:
        source, here = pending.popleft()
        try:
            entries = sorted(os.scandir(source), key=lambda entry: entry.name)
        except OSError:
            entries = []
        if here != target:
            if budget.files <= 0 or len(entries) > CROWDED:
                budget.link(source, here)
                continue
            here.mkdir()
        for entry in entries:
            if entry.name in _PASSED_OVER or os.path.lexists(here / entry.name):
                continue
            with contextlib.suppress(OSError):
                if not entry.is_dir():
                    if entry.is_file():
                        _place(Path(entry.path), here / entry.name, budget)
                elif entry.is_symlink():
                    budget.link(entry.path, here / entry.name)
                elif not (entry.name.startswith(".") or _is_environment(entry.path) or _is_stage(entry.path)):
                    pending.append((Path(entry.path), here / entry.name))


def _is_environment(folder: str) -> bool:
    return any(Path(folder, mark).exists() for mark in ("pyvenv.cfg", "conda-meta"))


def _is_stage(folder: str) -> bool:
    """Whether this is a rehearsal's own folder: the temporary folder may lie in the script's."""
    return Path(folder).name.startswith(_PREFIX) and Path(folder, "probe").is_dir()


def _place(source: Path, target: Path, budget: _Budget) -> None:
    """Copy a file, or link it where copying costs too much or is not allowed."""
    status = source.stat()
    if stat.S_ISREG(status.st_mode) and budget.takes(status.st_size):
        try:
            target.write_bytes(source.read_bytes())
        except PermissionError:
            target.unlink(missing_ok=True)
        else:
            if status.st_mode & 0o111:
                target.chmod(0o700)
            return
    budget.link(source, target)


def _overlay(script: Path, code: Path, overlay: Mapping[str, str]) -> None:
    """Replace files of the copy. Names are relative to the code folder, or paths into the original one."""
    for name, text in overlay.items():
        path = Path(name)
        if path.is_absolute():
            folder = script.parent.resolve()
            if not path.is_relative_to(folder):
                continue
            path = path.relative_to(folder)
        target = code / path
        if ".." in path.parts:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        coding = _CODING.match(text)
        try:
            content = text.encode(coding.group(1) if coding else "utf-8")
        except (LookupError, UnicodeEncodeError):
            content = text.encode("utf-8", errors="surrogateescape")
        target.write_bytes(content)


def _lay_models(stage: Stage, script: Path, model_dir: Path, name: str, version: str, budget: _Budget) -> None:
    """Put the model where AZUREML_MODEL_DIR and Model.get_model_path look for it.

    Nobody says under which name a model is registered: unless told, it is the name that the script asks for.
    """
    model_dir = only_version(model_dir)
    asked = _names_asked_for(script) if name == UNTOLD_NAME else []
    if model_dir.parent.parent.name == _ALL_MODELS and model_dir.is_dir():  # its path tells name and version
        asked, name, version, stage.named = [], model_dir.parent.name, model_dir.name, True
    if model_dir.is_dir() and (model_dir.name == _ALL_MODELS or any(_has_version(model_dir / each) for each in asked)):
        stage.version = stage.models  # several registered models: the folder of them all
        stage.named = True
        stage.shown.insert(0, (str(stage.models), str(model_dir)))
        _copy_tree(model_dir, stage.models, budget)
        return
    names = asked or [name]
    stage.version = stage.models / names[0] / version
    shutil.rmtree(stage.version, ignore_errors=True)
    stage.shown.insert(0, (str(stage.version), str(model_dir if model_dir.is_dir() else model_dir.parent)))
    stage.version.mkdir(parents=True)
    if model_dir.is_dir():
        _copy_tree(model_dir, stage.version, budget)
    else:
        _place(model_dir, stage.version / model_dir.name, budget)
    for other in names[1:]:
        (stage.models / other).mkdir(exist_ok=True)
        (stage.models / other / version).symlink_to(stage.version, target_is_directory=True)


def _names_asked_for(script: Path) -> list[str]:
    try:
        return list(dict.fromkeys(_MODEL_NAME.findall(script.read_text(encoding="utf-8", errors="replace"))))
    except OSError:
        return []


def _has_version(folder: Path) -> bool:
    return folder.is_dir() and any(child.name.isdigit() for child in folder.iterdir())


def _copy_tree(source: Path, target: Path, budget: _Budget) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
        place = target / entry.name
        if os.path.lexists(place) or _is_stage(entry.path):
            continue
        with contextlib.suppress(OSError):
            if entry.is_dir() and budget.files > 0 and not entry.is_symlink():
                _copy_tree(Path(entry.path), place, budget)
            elif entry.is_dir():
                budget.link(entry.path, place)
            elif entry.is_file():
                _place(Path(entry.path), place, budget)
