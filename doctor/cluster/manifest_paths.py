"""Which files are manifests: told by two keys near their beginning, before anything heavy is loaded."""

import re
from pathlib import Path

from doctor.collectors.script import walk

ENDINGS = (".yaml", ".yml", ".json")
KUSTOMIZE = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_HEAD = 64 << 10  # bytes within which the first object of a file is looked for
_KEY = re.compile(r"""^[\s,{\[-]*["']?(apiVersion|apiversion|kind|\$schema)["']?[ \t]*:""", re.MULTILINE)


def is_manifest(path: Path) -> bool:
    """True for a YAML or JSON file (or a folder that holds one) with objects of Kubernetes in it."""
    if is_folder(path):
        return bool(manifests_in(path))
    return path.name in KUSTOMIZE or {"apiVersion", "kind"} <= _keys_in(path)


def is_folder(path: Path) -> bool:
    """True for a folder; False also where nobody may look, which whoever reads it will say."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_meant(path: Path) -> bool:
    """True for a file that a person who names it means as a manifest, even if half of what makes one is missing."""
    if is_manifest(path):
        return True
    keys = _keys_in(path)
    return bool(keys & {"apiVersion", "kind", "apiversion"}) and "$schema" not in keys


def manifests_in(folder: Path) -> list[Path]:
    """The manifests of a folder and of the folders in it, three levels deep.

    Charts and folders of kustomize are passed over: what stands there is no object yet.
    """
    names = [name for name in walk(folder, depth=3) if name.lower().endswith(ENDINGS)]
    unrendered = {Path(name).parent for name in names if Path(name).name in KUSTOMIZE}
    charts = {Path(name).parent for name in names if Path(name).name == "Chart.yaml"}
    return [
        folder / name
        for name in names
        if Path(name).parent not in unrendered and not charts & set(Path(name).parents) and is_manifest(folder / name)
    ]


def _keys_in(path: Path) -> set[str]:
    """Which of the keys that tell a manifest a file has near its beginning."""
    if path.suffix.lower() not in ENDINGS:
        return set()
    try:
        with path.open("rb") as opened:
            head = opened.read(_HEAD).decode("utf-8-sig", errors="replace")
    except OSError:
        return set()
    return {found[1] for found in _KEY.finditer(head)}
