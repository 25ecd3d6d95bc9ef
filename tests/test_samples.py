"""Doctor on every sample service: the cause that ranks first, its fix, and silence where nothing is wrong."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from make_readme import HEAD, options, row, says
from sample_services import HERE, Service, applicable, apply, copy_all, cure, load, services

from checks.finding import Severity
from doctor.engine import Examination, examine
from doctor.report import Verdict

NAMES = [service.name for service in services()]
README = HERE / "README.md"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all services with their models made."""
    root = tmp_path_factory.mktemp("services")
    copy_all(root)
    return root


@pytest.fixture(autouse=True)
def beside(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are shown as in `doctor check NAME/score.py`, called beside the services."""
    monkeypatch.chdir(root)


def ids(found: Examination) -> list[str]:
    return [cause.id for cause in found.report.causes]


def told(found: Examination) -> str:
    """What to read when a test fails."""
    said = [f"{f.gravity} {f.confidence} {f.id}: {f.title} {f.about} -> {f.explains}" for f in found.report.findings]
    return "\n".join([*said, str(found.report.notes), str(found.evidence.probe)])


@pytest.mark.parametrize("name", NAMES)
def test_doctor_says_what_the_case_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = load(Path(name))
    found = examine(service.script, options(service))
    assert not found.report.checks.crashed
    assert row(service, says(found)) in README.read_text(encoding="utf-8"), f"run make_readme.py: {says(found)}"
    if service.cause:
        broken(service, found)
    else:
        sound(service, found)
    if service.fix == "edit":
        shutil.copytree(name, tmp_path / name)
        monkeypatch.chdir(tmp_path)
        cured_by_its_fixes(service, found)


def sound(service: Service, found: Examination) -> None:
    """Nothing above info, but for what the case says."""
    assert [finding.id for finding in found.report.at_least(Severity.WARNING)] == list(service.warns), told(found)
    assert found.report.verdict is not Verdict.FAILING


def broken(service: Service, found: Examination) -> None:
    """The cause ranks first, at its line; one call names those behind it, and no other."""
    assert found.report.verdict is Verdict.FAILING, told(found)
    assert ids(found) == [service.cause, *service.then], told(found)
    first = found.report.causes[0]
    assert service.line in (None, first.evidence[0].line), told(found)
    assert bool(applicable(first)) == (service.fix == "edit"), first.fixes


def cured_by_its_fixes(service: Service, found: Examination) -> None:
    """Apply the first cause's fix in the current folder, examine again, until nothing is left."""
    for expected in (service.cause, *service.then):
        assert ids(found)[0] == expected, told(found)
        fix = applicable(found.report.causes[0])
        assert fix, f"{expected} has no edit"
        apply(fix)
        found = examine(service.script, replace(options(service), verify=False))
    assert found.report.verdict is Verdict.HEALTHY, told(found)


@pytest.mark.parametrize("name", [service.name for service in services() if service.cure])
def test_a_service_cured_by_hand_is_left_in_peace(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    service = load(Path(name))
    cure(service)
    found = examine(service.script, options(service))
    assert not found.report.at_least(Severity.WARNING), told(found)
    assert found.report.verdict is Verdict.HEALTHY, told(found)


@pytest.mark.parametrize("name", ["healthy-sklearn", "model-not-global", "state-leaks", "secret-in-source"])
def test_the_command_line_ends_with_the_exit_code(name: str) -> None:
    service = load(Path(name))
    words = ["check", str(service.script), "--sample", str(service.sample), "--model-dir", str(service.model_folder)]
    done = subprocess.run([sys.executable, "-m", "doctor", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == service.exit_code, done.stdout + done.stderr
    assert service.cause in done.stdout


def test_the_folder_can_be_given_as_it_is() -> None:
    """What lies beside the script is found: sample, model folder and environment file."""
    done = subprocess.run(
        [sys.executable, "-m", "doctor", "check", "healthy-sklearn"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_has_a_row_for_each_service_and_no_other() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.startswith(HEAD)
    assert [line.split("]")[0].removeprefix("| [") for line in text.removeprefix(HEAD).splitlines()] == NAMES
