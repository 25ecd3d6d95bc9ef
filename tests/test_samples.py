"""Doctor on every sample service: the cause that ranks first, its fix, and silence where nothing is wrong."""

import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from make_readme import options, says, table
from sample_services import HERE, copy_all, cure, load, services

from checks.edits import apply_edits, by_path
from checks.finding import Finding, Fix, Safety, Severity
from doctor.engine import Examination, examine
from doctor.report import Verdict

NAMES = [service.name for service in services()]
BROKEN = [service.name for service in services() if service.cause]
SOUND = [service.name for service in services() if not service.cause]
EDITED = [service.name for service in services() if service.fix == "edit"]


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


@cache
def examined(name: str) -> Examination:
    service = load(Path(name))
    return examine(service.script, options(service))


def ids(found: Examination) -> list[str]:
    return [cause.id for cause in found.report.causes]


def told(found: Examination) -> str:
    """What to read when a test fails."""
    lines = [
        f"{f.gravity} {f.confidence} {f.id}: {f.title} {f.about} explains {f.explains}" for f in found.report.findings
    ]
    return "\n".join([*lines, str(found.report.notes), str(found.evidence.probe)])


@pytest.mark.parametrize("name", NAMES)
def test_no_check_crashes(name: str) -> None:
    assert not examined(name).report.checks.crashed


@pytest.mark.parametrize("name", BROKEN)
def test_the_cause_ranks_first(name: str) -> None:
    service, found = load(Path(name)), examined(name)
    assert ids(found), told(found)
    assert ids(found)[0] == service.cause, told(found)
    assert found.report.verdict is Verdict.FAILING
    if service.line is not None:
        assert found.report.causes[0].evidence[0].line == service.line, told(found)


@pytest.mark.parametrize("name", BROKEN)
def test_one_call_names_every_cause_and_no_other(name: str) -> None:
    service, found = load(Path(name)), examined(name)
    assert ids(found) == [service.cause, *service.then], told(found)


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_service_is_left_in_peace(name: str) -> None:
    service, found = load(Path(name)), examined(name)
    above_info = [finding.id for finding in found.report.at_least(Severity.WARNING)]
    assert above_info == list(service.warns), told(found)
    assert found.report.verdict is not Verdict.FAILING


def applicable(finding: Finding) -> Fix | None:
    return next((fix for fix in finding.fixes if fix.edits and fix.safety is not Safety.PLACEHOLDER), None)


def test_cases_say_rightly_which_causes_can_be_edited_away() -> None:
    can = [name for name in BROKEN if examined(name).report.causes and applicable(examined(name).report.causes[0])]
    assert can == EDITED


@pytest.mark.parametrize("name", EDITED)
def test_the_fixes_cure(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apply the first cause's fix to a copy, examine again, until nothing is left."""
    shutil.copytree(name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    service = load(Path(name))
    found = examined(name)
    for number, expected in enumerate((service.cause, *service.then)):
        assert ids(found)[0] == expected, told(found)
        fix = applicable(found.report.causes[0])
        assert fix, f"fix {number + 1} is no edit"
        for path, edits in by_path(fix.edits).items():
            text = Path(path).read_text(encoding="utf-8")
            Path(path).write_text(apply_edits(text, edits), encoding="utf-8")
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


def test_the_readme_is_up_to_date() -> None:
    fresh = table((load(Path(name)), says(examined(name))) for name in NAMES)
    assert (HERE / "README.md").read_text(encoding="utf-8") == fresh, "run sample-broken-services/make_readme.py"
