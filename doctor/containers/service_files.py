"""From what was brought out to the evidence of the earlier families: script, models, environment file, packages.

All paths of the evidence are those of the container.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from posixpath import basename, dirname, join, normpath

import msgspec

from checks.containers import Container, FileInside, Folder, Inside
from checks.evidence import EnvironmentFile, FileProblem, Missing, ModelFile, ModelFolder, Script, SourceTree
from checks.finding import Record
from doctor.collectors.environment import collect_environment
from doctor.collectors.models import MOST_FILES as MOST_MODEL_FILES
from doctor.collectors.models import collect_models
from doctor.collectors.script import MOST_FILES, PASSED_OVER, collect_script
from doctor.containers.brought import Brought
from doctor.containers.inside_records import CODE_ROOTS
from doctor.containers.wrapped_script import wrapped
from doctor.errors import CannotExamine

ALL_MODELS = "azureml-models"


class ServiceFiles(Record, frozen=True):
    """Fields of Evidence, in the container's own paths."""

    script: Script | Missing
    source: SourceTree | Missing
    models: ModelFolder | Missing
    environment: EnvironmentFile | Missing


def service_files(container: Container, inside: Inside, brought: Brought, environment: Path | None) -> ServiceFiles:
    """What the files say. `environment` is the person's own environment file, which goes before one found inside."""
    script = script_of(container, inside, brought)
    folder = container.app_root if isinstance(script, Missing) else dirname(script.path)
    return ServiceFiles(
        script=script,
        source=_source(inside, folder) if isinstance(script, Script) else Missing(reason=script.reason),
        models=_models(container, inside, brought),
        environment=_environment(container, brought, folder, environment),
    )


def script_of(container: Container, inside: Inside, brought: Brought) -> Script | Missing:
    """The script that the server loads, or the one that it wraps; Missing says where it should be."""
    loaded = _loaded(container, brought)
    if loaded is None:
        return Missing(reason=_absence(container, inside))
    script = _read(brought, loaded)
    for name in wrapped(script.text) if isinstance(script, Script) else ():
        for folder in dict.fromkeys((dirname(loaded), container.app_root)):
            path = normpath(join(folder, name))
            if path != loaded and brought.path(path).is_file():
                return _read(brought, path)
    return script


def _loaded(container: Container, brought: Brought) -> str | None:
    """The entry script; under the other root of the code where it is not under the first."""
    path = container.entry_script
    below = [root for root in CODE_ROOTS if path.startswith(root + "/")]
    others = [other + path[len(root) :] for root in below for other in CODE_ROOTS if other != root]
    return next((one for one in (path, *others) if brought.path(one).is_file()), None)


def _absence(container: Container, inside: Inside) -> str:
    path = container.entry_script
    if container.is_other_program:
        return "the command starts another program than the inference server, and that loads no entry script"
    file = inside.file(path)
    if file is not None and file.kind == "link":
        return f"the entry script {path} is a link to {file.target}, which is not there or is no Python file"
    if file is not None and file.kind == "file":
        return f"the entry script {path} could not be read: {file.size} bytes, mode {file.mode:03o}, user {file.uid}"
    folder = inside.folder(dirname(path)) or inside.folder(container.app_root)
    if folder is None:
        return f"the entry script {path} is not in the container, nor is the folder {dirname(path)}"
    if folder.problem:
        return f"the folder {folder.path} of the entry script could not be read: {folder.problem}"
    names = sorted(one.path for one in folder.files if one.path.endswith(".py") and "/" not in one.path)
    holds = ", ".join(names[:5]) if names else "no Python file"
    cut = " (it was read in part)" if folder.truncated else ""
    return f"the entry script {path} is not in the container; {folder.path} holds {holds}{cut}"


def _read(brought: Brought, path: str) -> Script | Missing:
    try:
        return collect_script(brought.path(path), path)
    except CannotExamine as error:
        return Missing(reason=brought.own(str(error)))


def _source(inside: Inside, folder: str) -> SourceTree | Missing:
    holder = _holder(inside, folder)
    if holder is None:
        return Missing(reason=f"the folder {folder} was not listed")
    names = (
        name
        for name, file in _below(holder, folder)
        if file.kind in {"file", "link"} and not PASSED_OVER & set(name.split("/")[:-1])
    )
    files = tuple(islice(names, MOST_FILES + 1))
    return SourceTree(
        folder=folder, files=tuple(sorted(files[:MOST_FILES])), truncated=holder.truncated or len(files) > MOST_FILES
    )


def _holder(inside: Inside, folder: str) -> Folder | None:
    """The listing that covers a folder, the nearest one."""
    holders = [
        one for one in inside.folders if not one.problem and (folder + "/").startswith(one.path.rstrip("/") + "/")
    ]
    return max(holders, key=lambda one: len(one.path), default=None)


def _below(holder: Folder, folder: str) -> Iterator[tuple[str, FileInside]]:
    """The entries of a listing that lie below `folder`, with their names relative to it."""
    prefix = (folder.rstrip("/") + "/")[len(holder.path.rstrip("/")) + 1 :]
    for file in holder.files:
        if file.path.startswith(prefix):
            yield file.path[len(prefix) :], file


def _models(container: Container, inside: Inside, brought: Brought) -> ModelFolder | Missing:
    path = container.model_dir or _registered(container, inside)
    if path is None:
        return Missing(reason="AZUREML_MODEL_DIR is not set in the container")
    holder = _holder(inside, path)
    unread = next((one for one in inside.folders if one.path == path and one.problem), None)
    if unread is not None and unread.problem != "not a folder":
        return Missing(reason=f"the model folder {path} could not be read: {unread.problem}")
    here = brought.path(path)
    read = collect_models(here) if here.exists() else None
    looked = {file.path: file for file in read.files} if isinstance(read, ModelFolder) else {}
    if unread is not None:  # a file stands for itself
        name = basename(path)
        alone = looked.get(name) or ModelFile(path=name, size=0, note=_unlooked(None))
        return ModelFolder(path=dirname(path), files=(alone,))
    if holder is None or not _is_listed(holder, path):
        if holder is not None and holder.truncated:
            return Missing(reason=f"the model folder {path} lies behind the end of what was listed of {holder.path}")
        return Missing(reason=f"the model folder {path} (AZUREML_MODEL_DIR) is not in the container")
    files = []
    for name, file in _below(holder, path):
        if file.kind in {"file", "link"} and not PASSED_OVER & set(name.split("/")[:-1]):
            files.append(looked.get(name) or ModelFile(path=name, size=file.size, note=_unlooked(file)))
    files.sort(key=lambda one: one.path)
    truncated = holder.truncated or len(files) > MOST_MODEL_FILES
    return ModelFolder(path=path, files=tuple(files[:MOST_MODEL_FILES]), truncated=truncated)


def _registered(container: Container, inside: Inside) -> str | None:
    """`azureml-models/<name>/<version>` of the code where it is the only one, else the folder of them all."""
    for root in dict.fromkeys((container.app_root, *CODE_ROOTS)):
        everything = f"{root}/{ALL_MODELS}"
        holder = _holder(inside, everything)
        if holder is None or not _is_listed(holder, everything):
            continue
        names = [name for name, file in _below(holder, everything) if file.kind == "folder"]
        versions = [name for name in names if name.count("/") == 1 and basename(name).isdigit()]
        return f"{everything}/{versions[0]}" if len(versions) == 1 else everything
    return None


def _is_listed(holder: Folder, folder: str) -> bool:
    name = folder[len(holder.path.rstrip("/")) + 1 :]
    return folder == holder.path or any(file.path == name and file.kind in {"folder", "link"} for file in holder.files)


def _unlooked(file: FileInside | None) -> str:
    """Why nothing is known of a model file but its name and size."""
    if file is not None and file.kind == "link":
        return f"a link to {file.target}; it was not followed"
    if file is not None and file.size:
        return f"{file.size / 1e6:.0f} MB were left inside of the container: it was not looked at"
    return "it was left inside of the container and not looked at"


def _environment(container: Container, brought: Brought, folder: str, given: Path | None) -> EnvironmentFile | Missing:
    if given is not None:
        return collect_environment(given, given.parent)
    fence = _Fence(brought)
    named = [container.environment.get(name) for name in ("AZUREML_EXTRA_CONDA_YAML", "AZUREML_EXTRA_REQUIREMENTS_TXT")]
    paths = [brought.path(normpath(join(container.app_root, name))) for name in named if name]
    found: EnvironmentFile | Missing = Missing(reason="no environment file was found inside")
    for path in (*(path for path in paths if path.is_file()), None):
        found = collect_environment(path, brought.path(folder), fence)
        if isinstance(found, EnvironmentFile):
            break
    if isinstance(found, Missing):
        return Missing(reason=brought.own(found.reason))
    return msgspec.structs.replace(
        found,
        path=brought.own(found.path),
        problems=tuple(FileProblem(line=one.line, message=brought.own(one.message)) for one in found.problems),
    )


class _Fence(Mapping[str, str]):
    """Texts of files that an environment file includes: absolute paths are the container's, and nothing of this
    machine is read.
    """

    def __init__(self, brought: Brought) -> None:
        self._brought = brought

    def __getitem__(self, key: str) -> str:
        path = normpath(key)
        if self._brought.path(path).is_file():
            return self._brought.path(path).read_text(encoding="utf-8", errors="replace")
        raise ValueError(f"{path} was not read: it lies outside of the folders that were looked at")

    def __contains__(self, key: object) -> bool:
        """Whether a path leads out of what was brought."""
        return (
            isinstance(key, str) and key.startswith("/") and not Path(normpath(key)).is_relative_to(self._brought.root)
        )

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1
