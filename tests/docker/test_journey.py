"""The whole journey on the screen with a real container: diagnosed, the cause, its proof, the evidence, and back."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from screens.journeys import until
from starting import Started

from doctor.containers.engine import Engine
from doctor.diagnosis.call import Call
from doctor.exploring.table import Table
from tui.app import DoctorApp
from tui.evidence.screen import EvidenceScreen

pytestmark = pytest.mark.docker


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Errors end the test, nothing of the person's own."""
    monkeypatch.setattr(DoctorApp, "raises", True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def evidence_of(app: DoctorApp) -> EvidenceScreen:
    """The screen in front."""
    assert isinstance(app.screen, EvidenceScreen)
    return app.screen


def printed(name: str, folder: Path) -> str:
    """The id of the cause that the command prints for the same container."""
    report = folder / "report.json"
    words = ["diagnose", "docker", name, "-o", f"json={report}"]
    subprocess.run([sys.executable, "-m", "doctor", *words], capture_output=True, check=False, timeout=120)
    found = msgspec.json.decode(report.read_bytes())
    return str(found["causes"][0]["finding"]["id"] if "finding" in found["causes"][0] else found["causes"][0]["id"])


async def test_from_the_container_to_the_line_and_back(sample: Callable[[str], Started], tmp_path: Path) -> None:
    started = sample("model-version-two")
    app = DoctorApp(Call(kind="container", name=started.name))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running, 120)
        assert app.state.diagnosis is not None
        cause = app.state.diagnosis.report.causes[0]
        assert cause.id == "container.model-folder-missing" == printed(started.name, tmp_path)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen))
        files = evidence_of(app).pane("files")
        await until(pilot, lambda: files.text.marked == 8)
        assert files.view.file.path == "/var/azureml-app/score.py"
        assert "▶" in files.text.render_line(7).text
        assert "with open(path)" in files.text.lines[7]

        await pilot.press("L")
        log = evidence_of(app).pane("log")
        await until(pilot, lambda: log.lines and log.lines.count and log.view.has_focus)
        await pilot.press("slash")
        await pilot.press(*"rates.json")
        await until(pilot, lambda: log.search and len(log.search.hits))
        await pilot.press("enter", "escape", "E")
        table = evidence_of(app).pane("environment")
        await until(pilot, lambda: isinstance(table.table, Table))
        assert any(row.cells[1] == "AZUREML_MODEL_DIR" for row in table.table.rows)
        await pilot.press("T")
        table = evidence_of(app).pane("timeline")
        await until(pilot, lambda: isinstance(table.table, Table))
        happened = [" ".join(row.cells) for row in table.table.rows]
        assert any("exit 3" in one for one in happened), happened

        await pilot.press("2")
        await until(pilot, lambda: app.current_mode == "causes")
        assert app.state.diagnosis.report.causes[0].id == cause.id


async def test_what_happens_meanwhile_ends_no_diagnosis(
    engine: Engine, image: Callable[[str], str], run_container: Callable[..., str]
) -> None:
    key = run_container(image("current"), command=["python3", "-c", "import time; time.sleep(600)"])
    name = str(engine.inspect(key)["Name"]).lstrip("/")
    app = DoctorApp(Call(kind="container", name=name))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running, 120)
        await pilot.press("w")
        await until(pilot, lambda: app.watched)
        before = app.state.diagnosis
        for _ in range(3):
            engine.api.restart(key, timeout=0)
            await pilot.pause(0.4)
        await until(pilot, lambda: app.state.diagnosis is not before and not app.state.running, 120)
        assert app.state.failed is None
        await pilot.press("w")


async def test_a_container_that_goes_is_followed_no_more(
    engine: Engine, base_image: str, run_container: Callable[..., str]
) -> None:
    key = run_container(base_image, command=["python3", "-uc", "import time; print('here'); time.sleep(600)"])
    name = str(engine.inspect(key)["Name"]).lstrip("/")
    app = DoctorApp(Call(kind="container", name=name, rehearse=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running, 120)
        engine.api.remove_container(key, force=True)
        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen))
        await pilot.press("L")
        log = evidence_of(app).pane("log")
        await until(pilot, lambda: log.view.has_focus and log.lines and log.coming.failed)
        await pilot.press("F")
        await until(pilot, lambda: not log.following)
        told = log.query_one("#log-status")
        words = told.render_line(0).text
        assert f"the container {name} was removed" in words, "a long word is cut where the line ends, and not left out"
        assert "here" in log.view.render_line(0).text, "what was read stays"
