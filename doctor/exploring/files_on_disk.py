"""The files of a script on this disk: code folder, model folder, environment file, samples."""

import os
import posixpath
from pathlib import Path

from checks.containers import LocalSource
from checks.evidence import EnvironmentFile, Evidence, ModelFile, ModelFolder, Samples, Script, SourceTree
from doctor.exploring.file_records import File, Files, in_order
from doctor.exploring.model_facts import facts_of, models_by_path
from doctor.exploring.table import shown


def files_on_disk(evidence: Evidence, own: LocalSource | None) -> Files:
    """The code folder of a script, its model folder, its environment file and the samples."""
    script, source = evidence.script, evidence.source
    folder = source.folder if isinstance(source, SourceTree) else os.path.dirname(getattr(script, "path", ""))  # noqa: PTH120
    names = list(source.files) if isinstance(source, SourceTree) else []
    entry = script.path if isinstance(script, Script) else ""
    found: dict[str, File] = {}
    models = {_real(path): (path, one) for path, one in models_by_path(evidence).items()}
    for name in names:
        path = str(Path(folder) / name)
        found[_real(path)] = _stated(path, folder, name, entry, models)
    if entry and _real(entry) not in found:
        found[_real(entry)] = _stated(entry, folder, posixpath.basename(entry), entry, models)
    if isinstance(evidence.environment, EnvironmentFile):
        path = evidence.environment.path
        known = found.get(_real(path)) or _stated(path, folder, path, entry, models)
        found[_real(path)] = known._replace(remarks=("environment file", *known.remarks))
    root = evidence.models.path.rstrip("/\\") if isinstance(evidence.models, ModelFolder) else ""
    for key, (path, _) in models.items():
        if key not in found:
            found[key] = _stated(path, root, path[len(root) + 1 :], entry, models)
    for sample in evidence.samples.items if isinstance(evidence.samples, Samples) else ():
        key = _real(sample.source)
        if key in found:
            found[key] = found[key]._replace(remarks=("sample", *found[key].remarks))
    if own is not None:
        found = _compared_on_disk(found, folder, own)
    notes = ("there is more than is listed",) if isinstance(source, SourceTree) and source.truncated else ()
    return Files(in_order(found.values()), f"folder {shown(folder or '.')}", False, notes, own.path if own else "")


def _real(path: str) -> str:
    return os.path.realpath(path)


def _stated(path: str, folder: str, name: str, entry: str, models: dict[str, tuple[str, ModelFile]]) -> File:
    told, tone = facts_of(models[_real(path)][1] if _real(path) in models else None)
    size: int | None = None
    try:
        size = Path(path).stat().st_size
    except OSError as error:
        told, tone = (*told, (error.strerror or "cannot be read").lower()), "warning"
    if size == 0 and "empty" not in told and not name.endswith("__init__.py"):
        told, tone = ("empty", *told), tone or "info"
    if entry and _real(path) == _real(entry):
        told = ("entry script", *told)
    return File(path, folder, name, size, "file", told, tone)


def _compared_on_disk(found: dict[str, File], folder: str, own: LocalSource) -> dict[str, File]:
    from doctor.containers.local import collect_local

    there = {one.path: one for one in collect_local(Path(folder or ".")).files if one.kind == "file"}
    mine = {one.path: one for one in own.files if one.kind == "file"}
    known = {}
    for key, one in found.items():
        name = os.path.relpath(one.path, folder or ".").replace("\\", "/")
        if name not in there:
            known[key] = one
        elif name not in mine:
            known[key] = one._replace(state="extra")
        else:
            state = "same" if mine[name].digest == there[name].digest else "differs"
            known[key] = one._replace(state=state, own=str(Path(own.path) / name))
    for name in sorted(set(mine) - set(there)):
        path = str(Path(folder) / name)
        known[_real(path)] = File(path, folder, name, mine[name].size, own=str(Path(own.path) / name), state="missing")
    return known
