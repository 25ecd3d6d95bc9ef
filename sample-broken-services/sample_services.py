"""The sample services: what each case.toml says, and the models that are made rather than kept.

    python sample-broken-services/sample_services.py [FOLDER]

makes the models, here or in FOLDER, a copy of this one. Models with a table `made-with` in their case.toml come from
other versions than are installed; they are kept as they are.
"""

import runpy
import shutil
import sys
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checks.edits import apply_edits, by_path
from checks.finding import Finding, Fix, Safety

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Service:
    """One folder.

    `symptom` is what a person sees without doctor; texts in backticks there are verbatim and `server` holds how to
    provoke them. `cause` is the id that must rank first and `then` the ids behind it, met after its fix; both are empty
    for a healthy service, whose `warns` lists what is worth a warning nevertheless. `line` is the line of the first
    quote of the cause. `fix` is `edit` when the cause's fix can be applied by doctor, else `manual`;
    `cure` is then what a person would change: replacements in files.
    """

    folder: Path
    title: str
    symptom: str
    exit_code: int
    cause: str = ""
    line: int | None = None
    then: tuple[str, ...] = ()
    warns: tuple[str, ...] = ()
    fix: str = "manual"
    check: dict[str, Any] = field(default_factory=dict)
    server: dict[str, Any] = field(default_factory=dict)
    made_with: dict[str, str] = field(default_factory=dict)
    cure: tuple[dict[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def script(self) -> Path:
        """The entry script."""
        return self.folder / str(self.check.get("script", "score.py"))

    @property
    def sample(self) -> Path:
        """One request body."""
        return self.folder / str(self.check.get("sample", "sample.json"))

    @property
    def model_folder(self) -> Path:
        """Where its models lie; not there when it has none."""
        return self.folder / str(self.check.get("model_dir", "model"))

    @property
    def memory(self) -> int | None:
        """The instance's memory in bytes, where the case sets one."""
        size = str(self.check.get("memory", ""))
        return int(size.removesuffix("MB")) * 1_000_000 if size else None

    @property
    def verbatim(self) -> tuple[str, ...]:
        """The texts of the symptom that the server really writes."""
        return tuple(self.symptom.split("`")[1::2])


def cure(service: Service) -> None:
    """Change the files as a person would. Raises ValueError when a text to replace is not there exactly once."""
    for change in service.cure:
        path = service.folder / change["file"]
        text = path.read_text(encoding="utf-8")
        if text.count(change["old"]) != 1:
            raise ValueError(f"{path} does not hold the text to replace exactly once: {change['old']}")
        path.write_text(text.replace(change["old"], change["new"]), encoding="utf-8")


def applicable(finding: Finding) -> Fix | None:
    """The first fix of a finding that can be applied as it is."""
    return next((fix for fix in finding.fixes if fix.edits and fix.safety is not Safety.PLACEHOLDER), None)


def apply(fix: Fix) -> None:
    """Write the edits of a fix into the files they name, relative to the current folder."""
    for path, edits in by_path(fix.edits).items():
        text = Path(path).read_text(encoding="utf-8")
        Path(path).write_text(apply_edits(text, edits), encoding="utf-8")


def load(folder: Path) -> Service:
    """Read a case.toml. Raises TypeError for a key that means nothing."""
    case = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    for key in ("then", "warns", "cure"):
        case[key] = tuple(case.get(key, ()))
    return Service(folder=folder, made_with=case.pop("made-with", {}), **case)


def services(root: Path = HERE) -> list[Service]:
    """All services, by name."""
    return [load(path.parent) for path in sorted(root.glob("*/case.toml"))]


def copy_all(root: Path, names: Collection[str] = ()) -> None:
    """Copy the services, or only those of that name, below `root`, and make their models there."""
    for service in services():
        if not names or service.name in names:
            leave_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(service.folder, root / service.name, ignore=leave_out)
    make_models(root)


def make_models(root: Path = HERE) -> None:
    """Run every make_model.py, in one process so that scikit-learn is loaded once."""
    before = sys.argv
    try:
        for service in services(root):
            maker = service.folder / "make_model.py"
            if maker.exists() and not service.made_with:
                sys.argv = [str(maker), str(service.model_folder.resolve())]
                runpy.run_path(str(maker), run_name="__main__")
    finally:
        sys.argv = before


if __name__ == "__main__":
    make_models(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE)
