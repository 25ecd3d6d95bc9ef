"""Firing and quiet cases that stand beside a check and run as tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from checks.containers import Container, ContainerState, EngineInfo, Image
from checks.evidence import Evidence, Log, Logs, Script, SourceTree, Target


@dataclass(frozen=True)
class Case:
    """What is `given`, evidence (or what makes it) or the text of a score.py, and what one check must say of it.

    `findings` is the number expected (0 for a quiet case, None for one or more). `saw` must occur in the title or a
    quote of a finding, `line` be the line of its first quote, `fixed` the script after all its edits were applied.
    """

    given: str | Evidence | Callable[[], Evidence]
    findings: int | None
    saw: str = ""
    line: int | None = None
    fixed: str | None = None
    name: str = field(default="")

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence. Made when a test or a page wants it: checks are loaded with all their cases."""
        if isinstance(self.given, str):
            return script(self.given)
        return self.given if isinstance(self.given, Evidence) else self.given()


def script(text: str, path: str = "score.py", beside: tuple[str, ...] = (), **more: object) -> Evidence:
    """Evidence of one entry script; `more` sets other fields of Evidence."""
    return Evidence(
        target=Target(kind="script", name=path),
        script=Script(path=path, text=text),
        source=SourceTree(folder=".", files=(path, *beside)),
    ).replace(**more)


ENGINE = EngineInfo(address="unix:///var/run/docker.sock", version="20.10.24", os="linux", architecture="amd64")
IMAGE = Image(id="sha256:9f2c", reference="score:1", names=("score:1",), architecture="amd64")
RUNNING = ContainerState(status="running", started="2026-11-20T18:07:02Z")


def container(log: str = "", seen: dict[str, object] | None = None, **fields: object) -> Evidence:
    """Evidence of one container that runs; `fields` are those of Container, `seen` sets other fields of Evidence."""
    made = {"id": "4f1d", "name": "score", "engine": ENGINE, "state": RUNNING, "image": IMAGE, **fields}
    logs = Logs(items=(Log(source="docker logs score", text=log),))
    return Evidence(
        target=Target(kind="container", name="score"),
        container=Container(**made),  # type: ignore[arg-type]
        logs=logs,
    ).replace(**(seen or {}))


def fires(
    given: str | Evidence | Callable[[], Evidence],
    *,
    saw: str = "",
    line: int | None = None,
    fixed: str | None = None,
    findings: int | None = None,
    name: str = "",
) -> Case:
    """The check must find something here. A str is the text of a score.py."""
    return Case(given, findings=findings, saw=saw, line=line, fixed=fixed, name=name)


def quiet(given: str | Evidence | Callable[[], Evidence], *, name: str = "") -> Case:
    """The check must say nothing here: the false alarm one fears."""
    return Case(given, findings=0, name=name)
