"""The files inside a container, held against one's own copy of the code."""

from collections.abc import Iterator
from pathlib import Path

from checks.cluster.times import seconds_of
from checks.container.copies import Pair, differs, only_line_ends, paired
from checks.container.places import Places
from checks.containers import Container, FileInside, Folder, Image, Inside, LocalSource
from checks.evidence import Evidence, ModelFile
from doctor.exploring.file_records import File, Files, in_order
from doctor.exploring.model_facts import facts_of, models_by_path
from doctor.exploring.table import Tone, shown

_CODE = (".py", ".yml", ".yaml", ".txt", ".sh", ".toml", ".cfg")


def files_inside(evidence: Evidence, container: Container, inside: Inside, own: LocalSource | None) -> Files:
    """Every file of every folder that was read, with what is remarkable about it."""
    models = models_by_path(evidence)
    found: dict[str, File] = {}
    for folder in inside.folders:
        for path, one in _listed(folder, models, container):
            found.setdefault(path, one)
    if own is not None:
        found = _compared(found, container, Places(inside), own)
    notes = [f"{one.path}: {one.problem}" for one in inside.folders if one.problem]
    notes += [
        f"{one.path}: there is more than is listed" for one in inside.folders if one.truncated and not one.problem
    ]
    name = container.labels.get("io.kubernetes.pod.name", "")
    how = {"running": "read while it ran", "frozen": "read from outside", "rehearsal": "read in a copy"}
    where = f"{f'pod {name}, ' if name else ''}container {container.name} ({how[inside.how]})"
    return Files(in_order(found.values()), shown(where), True, tuple(map(shown, notes)), own.path if own else "")


def _listed(folder: Folder, models: dict[str, ModelFile], container: Container) -> Iterator[tuple[str, File]]:
    prefix = folder.path.rstrip("/")
    for file in folder.files:
        if file.kind == "folder":
            continue
        path = f"{prefix}/{file.path}"
        remarks, tone = _remarks(file, models.get(path))
        if path == container.entry_script:
            remarks = ("entry script", *remarks)
        yield path, File(path, prefix, file.path, file.size, file.kind, remarks, tone)
    if not folder.files and not folder.problem:
        yield f"{prefix}/", File(f"{prefix}/", prefix, "(empty folder)", None, "folder", (), "warning")


def _remarks(file: FileInside, model: ModelFile | None) -> tuple[tuple[str, ...], Tone]:
    told, tone = facts_of(model)
    if file.kind == "link":
        told = (f"link to {file.target}", *told)
    elif file.kind == "file" and file.size == 0 and "empty" not in told and not file.path.endswith("__init__.py"):
        told, tone = ("empty", *told), tone or "info"
    if file.mode & 0o444 == 0 and file.kind == "file":
        told, tone = (*told, "nobody may read it"), "warning"
    elif not file.mode & 0o004 and file.kind == "file":
        told = (*told, f"mode {file.mode & 0o777:03o}, user {file.uid}")
    return told, tone


def _compared(found: dict[str, File], container: Container, places: Places, own: LocalSource) -> dict[str, File]:
    """The files with what the own copy has of them, and those that only it has."""
    pairs = paired(container, places, own)
    root = pairs[0].path[: -len(pairs[0].local.path) - 1] if pairs else ""
    built = container.image.created if isinstance(container.image, Image) else None
    known = dict(found)
    for pair in pairs:
        mine = str(Path(own.path) / pair.local.path)
        if pair.inside is None:
            tone: Tone = "warning" if pair.path.endswith(".py") else "muted"  # a Dockerfile is never inside
            one = File(pair.path, root, pair.local.path, pair.local.size, tone=tone, own=mine, state="missing")
        elif pair.path in known:
            one = known[pair.path]._replace(own=mine, state=_state(pair, places))
        else:
            continue
        if one.state in {"differs", "missing"} and built and _changed_after(mine, built):
            one = one._replace(remarks=(*one.remarks, "changed after the image was built"))
        known[pair.path] = one
    paths = {pair.path for pair in pairs}
    for path, one in found.items():
        is_code = root and path.startswith(f"{root}/") and path.endswith(_CODE)
        if is_code and path not in paths:
            known[path] = one._replace(state="extra")
    return known


def _state(pair: Pair, places: Places) -> str:
    if differs(pair):
        return "line ends" if only_line_ends(pair, places.inside.texts) else "differs"
    if pair.inside and pair.inside.digest and pair.local.digest:
        return "same"
    return "differs" if pair.inside and pair.inside.size != pair.local.size else ""


def _changed_after(path: str, built: str) -> bool:
    seconds = seconds_of(built)
    try:
        return seconds is not None and Path(path).stat().st_mtime > seconds
    except OSError:
        return False
