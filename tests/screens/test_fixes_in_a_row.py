"""Several fixes one after the other, typed as fast as keys come: each is written, or it is said why not."""

from pathlib import Path

import pytest
from screens.journeys import diagnosed, until
from screens.test_fixes import Heard, opened, planned_there, said
from textual.pilot import Pilot

from tui.fixes.wait_modal import WaitModal

BROKEN = """\
def init():
    model = 2


def run(data):
    rows = json.loads(data)
    return [model * len(rows), “a”]
"""
CURED = "import json\n" + BROKEN.replace("    model", "    global model\n    model", 1).replace("“a”", '"a"')


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "code" / "score.py"
    path.parent.mkdir()
    path.write_text(BROKEN, encoding="utf-8")
    (path.parent / "sample.json").write_text("[1, 2]")
    return path


def quiet(app: Heard) -> bool:
    return not app.screen.is_modal and not app.state.running and not app.writing.locked()


def is_healthy(app: Heard) -> bool:
    return app.state.diagnosis is not None and app.state.diagnosis.report.verdict == "healthy"


async def taken_back(app: Heard, pilot: Pilot[None], script: Path) -> None:
    """Undone as fast as keys come, too."""
    number = len(app.applied)
    await pilot.press(*["u"] * number)
    await until(pilot, lambda: not app.applied and not app.state.running)
    assert script.read_text(encoding="utf-8") == BROKEN
    assert not app.screen.is_modal
    assert sum(one.startswith("took back") for one in app.heard) == number


async def test_three_fixes_each_once_the_diagnosis_is_renewed(script: Path) -> None:
    app = opened(diagnosed(script))
    async with app.run_test(size=(80, 24)) as pilot:
        for number in range(1, 4):
            await pilot.press("f")
            await until(pilot, lambda: planned_there(app))
            await pilot.press("enter")
            await until(pilot, lambda number=number: len(app.applied) == number and quiet(app))  # type: ignore[misc]
        assert is_healthy(app)
        assert script.read_text(encoding="utf-8") == CURED
        await taken_back(app, pilot, script)


async def test_three_fixes_before_the_first_is_diagnosed(script: Path) -> None:
    app = opened(diagnosed(script))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "enter", "f", "enter", "f", "enter")
        while not is_healthy(app):
            await until(pilot, lambda: planned_there(app) or quiet(app))
            await pilot.press("enter" if app.screen.is_modal else "f")
        assert script.read_text(encoding="utf-8") == CURED
        assert len(app.applied) == 3
        assert not [one for one in app.heard if "changed" in one and "takes it back" not in one]
        await until(pilot, lambda: quiet(app))
        await taken_back(app, pilot, script)


async def test_an_enter_that_came_before_the_lines_were_looked_up(script: Path) -> None:
    app = opened(diagnosed(script))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.finding)
        app.simulate_key("f")
        app.simulate_key("enter")
        await until(pilot, lambda: app.applied)
        await until(pilot, lambda: quiet(app))
        assert script.read_text(encoding="utf-8") != BROKEN


@pytest.mark.presses("wait.apply", "wait.close")
async def test_whoever_does_not_wait_is_shown_no_fix(script: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    waits = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.05)\n"
    script.write_text(waits + BROKEN.replace("“a”", "'a'"), encoding="utf-8")
    app = opened(diagnosed(script))
    gate.unlink()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: planned_there(app))
        await pilot.press("enter", "f")
        await until(pilot, lambda: isinstance(app.screen, WaitModal))
        assert "as soon as the diagnosis is renewed" in said(app, "#text-title")
        await pilot.press("enter")
        await until(pilot, lambda: "not shown yet" in said(app, "#wait-status"))
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.is_modal)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, WaitModal))
        gate.touch()
        await until(pilot, lambda: planned_there(app))
        assert len(app.applied) == 1
        await pilot.press("enter")
        await until(pilot, lambda: len(app.applied) == 2 and quiet(app))
