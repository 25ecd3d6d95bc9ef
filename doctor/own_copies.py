"""The person's own file (`--source DIR`) that a file inside of a target was made from: the same bytes."""

from pathlib import Path, PurePosixPath

from checks.containers import LocalSource
from doctor.diagnosis.result import Diagnosis
from doctor.errors import CannotExamine

INSIDE = "the file is inside of the target, and would be lost with it; "


def own_copy(diagnosis: Diagnosis, path: str) -> str:
    """The path of the own file with the text of the one at `path` inside. Raises CannotExamine where none has it."""
    local = diagnosis.evidence.local if diagnosis.evidence else None
    if not isinstance(local, LocalSource):
        hint = (
            " (with --source DIR, doctor changes it there)" if diagnosis.call.kind in {"container", "workload"} else ""
        )
        raise CannotExamine(f"{INSIDE}change your own copy, and deploy it{hint}")
    name = PurePosixPath(path).name
    named = [one for one in local.files if one.kind == "file" and PurePosixPath(one.path).name == name]
    same = [one.path for one in named if one.digest and one.digest == diagnosis.digests.get(path)]
    same = _in_place(same, path) or same
    if len(same) == 1:
        return str(Path(local.path) / same[0])
    if same:
        raise CannotExamine(f"{INSIDE}several copies of it are below {local.path}: {', '.join(same[:3])}; change yours")
    if named:
        raise CannotExamine(
            f"{INSIDE}{Path(local.path) / named[0].path} has another text than the one inside; change it by hand, and "
            "deploy it"
        )
    raise CannotExamine(f"{INSIDE}{local.path} holds no {name}; change your own copy, and deploy it")


def _in_place(names: list[str], path: str) -> list[str]:
    """The one of the names that says most of the path inside."""
    fitting = [one for one in names if path.endswith(f"/{one}")]
    return [max(fitting, key=len)] if fitting else []
