"""The app as a whole: from a target to a diagnosis, again, cancelled, and left."""

from pathlib import Path

import psutil
from payloads.benches import left_over
from screens.journeys import sample_copy, until

from doctor.diagnosis.call import Call
from tui.app import DoctorApp

GOOD = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"
BROKEN = GOOD.replace("pass", "raise RuntimeError('no model')")
SLOW = "import time\n" + GOOD.replace("pass", "time.sleep(600)")


async def test_a_script_is_diagnosed(tmp_path: Path) -> None:
    script = sample_copy("model-not-global", tmp_path)
    app = DoctorApp(Call(kind="script", name=str(script)))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done)
        assert app.state.diagnosis is not None
        assert app.state.diagnosis.report.causes[0].id == "entry-script.model-not-global"
        assert app.current_mode == "causes"


async def test_one_of_several_is_renewed_in_its_place(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "score.py").write_text(BROKEN)
    app = DoctorApp(Call(kind="folder", name=str(tmp_path)))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        (tmp_path / "second" / "score.py").write_text(GOOD)
        app.choose(1)
        await pilot.press("r")
        await until(pilot, lambda: app.state.earlier and not app.state.running)
        assert app.state.done is not None
        assert [bool(one.report.causes) for one in app.state.done.diagnosed] == [True, False]
        assert app.state.number == 1
        assert app.state.before is not None
        assert app.state.before.report.causes


async def test_another_target_is_not_shown_with_what_was_found_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(BROKEN)
    (tmp_path / "slow.py").write_text(SLOW)
    app = DoctorApp(Call(kind="script", name=str(tmp_path / "score.py")))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        app.diagnose(Call(kind="script", name=str(tmp_path / "slow.py")))
        assert app.state.diagnosis is None
        await until(pilot, lambda: any("init" in step.what for step in app.state.steps))
        await pilot.press("escape")
        await until(pilot, lambda: app.state.failed and not app.state.running)
        assert app.state.failed is not None
        assert app.state.failed.why == "cancelled"


async def test_a_renewal_that_comes_to_nothing_leaves_what_was_found(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(BROKEN)
    app = DoctorApp(Call(kind="script", name=str(script)))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        script.unlink()
        await pilot.press("r")
        await until(pilot, lambda: app.state.failed and not app.state.running)
        assert app.state.failed is not None
        assert app.state.failed.why == "target"
        assert app.state.diagnosis is not None
        assert app.state.diagnosis.report.causes
        script.write_text(GOOD)
        await pilot.press("r")
        await until(pilot, lambda: not app.state.failed and not app.state.running)
        assert not app.state.diagnosis.report.causes


async def test_leaving_in_the_middle_leaves_nothing_running(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(SLOW)
    app = DoctorApp(Call(kind="script", name=str(tmp_path / "score.py")))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: any("init" in step.what for step in app.state.steps))
        left = left_over()
        await pilot.press("q")
        await until(pilot, lambda: app.return_code is not None)
    assert left
    assert not psutil.wait_procs(left, timeout=10)[1]
