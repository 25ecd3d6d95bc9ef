"""Doctor on every sample that is run as a container: the cause that ranks first, and silence where nothing is wrong."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from make_readme import HEAD
from sample_services import HERE, ContainerService, container_services, load_container
from starting import Started

from checks.finding import Finding, Severity
from doctor.containers.diagnosis import diagnose
from doctor.containers.engine import Engine
from doctor.containers.wishes import Wishes
from doctor.judging import Diagnosed
from doctor.report import Verdict

pytestmark = pytest.mark.docker

NAMES = [service.name for service in container_services()]
Sample = Callable[[str], Started]


def wishes(service: ContainerService) -> Wishes:
    """What a person would pass to `doctor diagnose docker`, beside the sample's files."""
    given = service.diagnose
    return Wishes(
        source=Path(given.source) if given.source else None,
        environment=Path(given.env) if given.env else None,
        samples=(Path(given.sample),) if given.sample else (),
        rehearse=given.rehearse,
        network=given.network,
        timeout=given.timeout,
    )


def told(found: Diagnosed) -> str:
    """What to read when a test fails."""
    report = found.report
    said = [f"{f.gravity} {f.confidence} {f.id}: {f.title} {f.about} -> {f.explains}" for f in report.findings]
    return "\n".join([f"{report.verdict} {[cause.id for cause in report.causes]}", *said, *report.notes])


def seen(engine: Engine, started: Started) -> str:
    """What docker shows of a container: its line of `docker ps`, its log, the error of its start."""
    (line,) = engine.api.containers(all=True, filters={"id": started.id})
    state = engine.inspect(started.id)["State"]
    health = [result["Output"] for result in (state.get("Health") or {}).get("Log") or ()]
    log = engine.api.logs(started.id).decode(errors="replace")
    return "\n".join([line["Status"], log, state["Error"], *health])


def shows_its_symptom(engine: Engine, started: Started) -> None:
    """Whether docker shows every verbatim text of the symptom, if only for a moment, as between two restarts."""
    give_up = time.monotonic() + 60
    missing = set(started.service.verbatim)
    while missing:
        shown = seen(engine, started)
        missing -= {text for text in missing if text in shown}
        assert not missing or time.monotonic() < give_up, f"{missing} not in:\n{shown}"


@pytest.mark.parametrize("name", NAMES)
def test_doctor_says_what_the_case_says(
    name: str, sample: Sample, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = sample(name)
    service = started.service
    shows_its_symptom(engine, started)
    monkeypatch.chdir(started.folder)
    found = diagnose(started.name, wishes(service))
    assert not found.report.checks.crashed, told(found)
    timings = found.report.timings
    assert timings is not None
    assert timings.collect > 0
    assert timings.engine_calls
    (sound if service.healthy else broken)(service, found)


def sound(service: ContainerService, found: Diagnosed) -> None:
    """Nothing above info."""
    assert not found.report.at_least(Severity.WARNING), told(found)
    assert found.report.verdict is Verdict.HEALTHY, f"{service.name}\n{told(found)}"


def broken(service: ContainerService, found: Diagnosed) -> None:
    """The cause ranks first, at its line; what follows from it is found and explained."""
    report = found.report
    assert report.verdict is Verdict.FAILING, told(found)
    assert report.causes, told(found)
    first = report.causes[0]
    assert first.id == service.cause, told(found)
    if service.file:
        assert points_to(first, service.file, service.line), f"{first.evidence}\n{told(found)}"
    if service.fix:
        fixes = [text for fix in first.fixes for text in (fix.title, *fix.commands)]
        assert service.fix in " ".join(fixes), f"{fixes}\n{told(found)}"
    explained = {finding.id for finding in report.findings} - {cause.id for cause in report.causes}
    assert set(service.explained) <= explained, told(found)


def points_to(cause: Finding, file: str, line: int | None) -> bool:
    """Whether a cause tells that line of the person's code: as the place of a quote, or in a quoted traceback."""
    frame = f'File "{file}", line {line}'
    return any((quote.source, quote.line) == (file, line) or frame in quote.text for quote in cause.evidence)


@pytest.mark.parametrize(("name", "code"), [("healthy-sklearn", 0), ("import-not-installed", 1)])
def test_the_command_line_ends_with_the_exit_code(name: str, code: int, sample: Sample) -> None:
    started = sample(name)
    done = subprocess.run(
        [sys.executable, "-m", "doctor", "diagnose", "docker", started.name],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=started.folder,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert started.service.cause in done.stdout


def test_a_case_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "port-8080"
    shutil.copytree(HERE / "port-8080", folder)
    case = (folder / "container.toml").read_text(encoding="utf-8")
    (folder / "container.toml").write_text(case.replace("ports =", "port ="), encoding="utf-8")
    with pytest.raises(TypeError, match="port"):
        load_container(folder)


def test_every_layout_has_healthy_and_broken_samples() -> None:
    kinds = {(service.layout, service.healthy) for service in container_services()}
    assert kinds == {("current", True), ("current", False), ("old", True), ("old", False)}


def test_the_readme_has_a_row_for_each() -> None:
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(HEAD)
    for name in NAMES:
        assert f"[{name}]({name})" in readme
