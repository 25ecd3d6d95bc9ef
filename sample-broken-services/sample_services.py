"""The sample services: what each case.toml and container.toml says, and the models that are made rather than kept.

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


@dataclass(frozen=True)
class Run:
    """How a container is started, in the words of `docker run`.

    `ports` as after `-p` (`5001` is published to a free port of the host), `memory` as after `-m` (swap is not given
    beyond it), `tmpfs` by path with its options, `mounts` tables of source (relative to the folder, or `volume:` for a
    volume without a name, `volume:NAME` for one of that name), target and read_only. `health` has test (words), and
    interval, timeout, start_period in seconds, and retries. `command` and `entrypoint` replace those of the image.
    `host` holds further settings of the host, by the names of docker-py's create_host_config.
    """

    name: str | None = None
    command: list[str] | None = None
    entrypoint: list[str] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    ports: list[str] = field(default_factory=list)
    memory: str | None = None
    tmpfs: dict[str, str] = field(default_factory=dict)
    mounts: list[dict[str, Any]] = field(default_factory=list)
    read_only: bool = False
    restart: str = "no"
    user: str | None = None
    working_dir: str | None = None
    platform: str | None = None
    health: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    host: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagnose:
    """What a person would pass to `doctor diagnose docker`; paths are relative to the folder."""

    source: str | None = None
    sample: str | None = None
    env: str | None = None
    rehearse: bool | None = None
    network: bool = False
    timeout: float = 60.0


@dataclass(frozen=True)
class Wait:
    """The state in which a container is looked at.

    `until`: `exited`, `restarting` (it has been started again at least once), `unhealthy`, `running`, `answers` (a GET
    of `/` through a published port is answered, by a status below 500), `listening` (a TCP connection to the first
    exposed port succeeds), `not-started` (the engine refused to start it) or `log:TEXT` (the log holds that text,
    `times` times at least). Given up after `seconds`.
    """

    until: str
    seconds: float = 60.0
    times: int = 1


@dataclass(frozen=True)
class ContainerService:
    """One folder with a container.toml: a service as a container of the `current` or the `old` layout.

    `symptom` is what a person sees without doctor; texts in backticks are verbatim from docker. `cause` is the id that
    must rank first, `explained` are ids that must be found and be explained by others. `file` and `line` are path
    inside and line of the person's code that the cause quotes, `fix` a text that one of its fixes holds. A healthy one
    has none of these. `request` is the file whose content is sent to /score before doctor looks, where the fault needs
    one.
    """

    folder: Path
    title: str
    symptom: str
    layout: str = "current"
    cause: str = ""
    explained: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None
    fix: str | None = None
    healthy: bool = False
    request: str | None = None
    platform_of_image: str | None = None
    run: Run = field(default_factory=Run)
    diagnose: Diagnose = field(default_factory=Diagnose)
    wait: Wait = field(default_factory=lambda: Wait("exited"))

    def __post_init__(self) -> None:
        if self.healthy == bool(self.cause):
            raise ValueError(f"{self.folder.name}: either healthy or with a cause")
        if self.layout not in {"current", "old"}:
            raise ValueError(f"{self.folder.name}: no layout is called {self.layout}")
        if not (self.wait.until in STATES or self.wait.until.startswith("log:")):
            raise ValueError(f"{self.folder.name}: nothing to wait for is called {self.wait.until}")

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def verbatim(self) -> tuple[str, ...]:
        """The texts of the symptom that docker really shows."""
        return tuple(self.symptom.split("`")[1::2])


STATES = {"exited", "restarting", "unhealthy", "running", "answers", "listening", "not-started"}


def load_container(folder: Path) -> ContainerService:
    """Read a container.toml. Raises TypeError for a key that means nothing, ValueError for a value that does."""
    case = tomllib.loads((folder / "container.toml").read_text(encoding="utf-8"))
    return ContainerService(
        folder=folder,
        run=Run(**case.pop("run", {})),
        diagnose=Diagnose(**case.pop("diagnose", {})),
        wait=Wait(**case.pop("wait", {"until": "exited"})),
        explained=tuple(case.pop("explained", ())),
        **case,
    )


def container_services(root: Path = HERE) -> list[ContainerService]:
    """All services that are run as containers, by name."""
    return [load_container(path.parent) for path in sorted(root.glob("*/container.toml"))]


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
    for maker in sorted(root.glob("*/make_model.py")):
        make_model(maker.parent)


def make_model(folder: Path) -> None:
    """Make the model of one folder, if it is made rather than kept."""
    maker, models = folder / "make_model.py", folder / "model"
    if (folder / "case.toml").exists():
        service = load(folder)
        models = service.model_folder
        if service.made_with:
            return
    if not maker.exists():
        return
    before = sys.argv
    try:
        sys.argv = [str(maker), str(models.resolve())]
        runpy.run_path(str(maker), run_name="__main__")
    finally:
        sys.argv = before


if __name__ == "__main__":
    make_models(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE)
