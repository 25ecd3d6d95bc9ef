"""Which files are manifests: told by two keys near their beginning, before anything heavy is loaded."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from doctor.collectors.script import walk

ENDINGS = (".yaml", ".yml", ".json")
KUSTOMIZE = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_HEAD = 64 << 10  # bytes within which the first object of a file is looked for
_KEY = re.compile(r"""^[\s,{\[-]*["']?(apiVersion|apiversion|kind|\$schema)["']?[ \t]*:""", re.MULTILINE)

_AZURE = re.compile(r"""^\$schema:.*?azuremlschemas[\w.]*/\S*?/(\w+)\.schema\.json""", re.MULTILINE)
_COMPOSE = re.compile(r"^services:\s*$", re.MULTILINE)
_SCRIPT = re.compile(r"""\b(?:scoring_script|entry_script)["']?:\s*["']?([\w./-]+)""")
_CONFIGURED = re.compile(r"""^code_configuration["']?:""", re.MULTILINE)
_CODE = re.compile(r"""^[ \t]+code["']?:[ \t]*["']?([\w./-]+)""", re.MULTILINE)


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


def script_named_by(path: Path) -> Path | None:
    """The entry script that a deployment file of Azure Machine Learning names, there or not; None for other files."""
    if path.suffix.lower() not in {".yaml", ".yml"}:
        return None
    head = _head_of(path)
    script = _SCRIPT.search(head) if _AZURE.search(head) or _CONFIGURED.search(head) else None
    if script is None:
        return None
    code = _CODE.search(head)
    return path.parent / (code[1] if code else "") / script[1]


def _not_there(folder: Path, head: str, script: str) -> str:
    """That the script which a deployment names is missing from its code folder, and what is there; else empty."""
    code = _CODE.search(head)
    at = folder / code[1] if code else folder
    try:
        if not code or not at.is_dir() or (at / script).exists():
            return ""
        beside = sorted(one.name for one in at.glob("*.py"))[:5]
    except OSError:
        return ""
    there = f"{at} holds {', '.join(beside)}" if beside else f"{at} holds no Python file"
    return f"its entry script {script} is not there: {there}; correct scoring_script, or check the right script"


def why_no_manifest(path: Path) -> str:
    """Why a YAML file, or a folder of manifests that nobody rendered, can be examined neither way; else empty."""
    if is_folder(path):
        names = [name for name in walk(path, depth=3) if Path(name).name in {*KUSTOMIZE, "Chart.yaml"}]
        first = path / names[0] if names else path
        if not names or manifests_in(path):
            return ""
        if first.name in KUSTOMIZE:
            own = len({Path(name).parent for name in names if Path(name).name in KUSTOMIZE}) == 1
            overlay = first.parent if own else "<overlay>"
            return f"{path} is for kustomize; render it first: {_render(f'kubectl kustomize {overlay}')}"
        return f"{path} holds a Helm chart; render it first: {_render(f'helm template {first.parent}')}"
    if path.suffix.lower() not in {".yaml", ".yml"} or not path.is_file() or is_meant(path):
        return ""
    head = _head_of(path)
    if found := _AZURE.search(head):
        script = _SCRIPT.search(head)
        if script and (lost := _not_there(path.parent, head, script[1])):
            return f"{path} is a file of Azure Machine Learning ({found[1]}), and {lost}"
        name = f"its entry script {script[1]}" if script else "the entry script"
        return f"{path} is a file of Azure Machine Learning ({found[1]}), no object of Kubernetes; check {name} instead"
    if all(line.lstrip().startswith("#") or line.strip() in {"", "---"} for line in head.splitlines()):
        return f"{path} holds no object: it is empty, or comments only"
    if _COMPOSE.search(head):
        up = f"docker compose -f {path} up -d"
        return (
            f"{path} is for Docker Compose; start it ({up}), then diagnose its containers (doctor diagnose docker NAME)"
        )
    return f"{path} is a YAML file without apiVersion and kind: no manifest of Kubernetes, and no entry script"


def _render(command: str) -> str:
    return f"{command} > all.yaml; doctor check all.yaml"


def manifests_in(folder: Path) -> list[Path]:
    """The manifests of a folder and of the folders in it, three levels deep.

    Charts and folders of kustomize are passed over: what stands there is no object yet.
    """
    return list(manifests_among(folder, walk(folder, depth=3)))


def manifests_among(folder: Path, files: Iterable[str]) -> Iterator[Path]:
    """The same of files that a walk through the folder has found, each as soon as it is read."""
    names = [name for name in files if name.lower().endswith(ENDINGS)]
    unrendered = {Path(name).parent for name in names if Path(name).name in KUSTOMIZE}
    charts = {Path(name).parent for name in names if Path(name).name == "Chart.yaml"}
    for name in names:
        place = Path(name)
        if place.parent not in unrendered and not charts & set(place.parents) and is_manifest(folder / name):
            yield folder / name


def _keys_in(path: Path) -> set[str]:
    """Which of the keys that tell a manifest a file has near its beginning."""
    if path.suffix.lower() not in ENDINGS:
        return set()
    return {found[1] for found in _KEY.finditer(_head_of(path))}


def _head_of(path: Path) -> str:
    """The beginning of a file; empty where nobody may read it, and of what is no file: a pipe would be waited for."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as opened:
            return opened.read(_HEAD).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
