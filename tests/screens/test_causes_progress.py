"""A diagnosis under way on the screen: steps, seconds, the hint, cancelling, and what is said where it fails."""

import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from screens.journeys import diagnosed, sample_copy, until
from textual.widgets import Static

from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Failed
from tui.app import DoctorApp
from tui.causes.cause_list import CauseList
from tui.causes.screen import CausesScreen
from tui.causes.situation import Situation
from tui.causes.steps import failure, hint, progress
from tui.state import State, Step

SLEEPS = "import time\n\ndef init():\n    time.sleep(120)\n\ndef run(data):\n    return data\n"


def situation(app: DoctorApp) -> str:
    texts = app.screen.query("#situation > Static").results(Static)
    return "".join(str(text.content) for text in texts)


def standing(app: DoctorApp) -> str:
    return str(app.screen.query_one("#standing", Static).content)


def state(*steps: Step) -> State:
    return State(call=Call(kind="script", name="score.py"), steps=steps, running=True)


def test_steps_tell_what_they_do_and_how_long_they_took() -> None:
    now = time.monotonic()
    text = progress(state(Step("starting", now - 3, now - 2.5), Step("running init()", now - 2.5)), 60, 10).plain
    assert "looking at score.py" in text
    assert "✓ starting" in text
    assert "0.5 s" in text
    assert "… running init()" in text
    assert "esc cancels" in text


def test_of_many_steps_the_last_show() -> None:
    steps = [Step(f"looking into pod-{n}", float(n), n + 1.0) for n in range(500)]
    text = progress(state(*steps), 60, 5).plain
    assert "495 steps before" in text
    assert "pod-499" in text
    assert "pod-494" not in text


def test_a_long_step_gets_a_hint() -> None:
    now = time.monotonic()
    assert hint(state(Step("running init()", now - 5)), cancelling=False) == "esc cancels"
    long = hint(state(Step("running init()", now - 11)), cancelling=False)
    assert "may wait for a host, a lock or an input; esc cancels" in long
    assert hint(state(Step("running init()", now - 11)), cancelling=True).startswith("cancelling ...")


@pytest.mark.parametrize("why", ["target", "call", "doctor", "cancelled", "lost"])
def test_every_failure_says_what_helps(why: str) -> None:
    text = failure(Failed(why=why, text="score.py: [gone]"), trace_open=False, has_result=False).plain  # type: ignore[arg-type]
    assert "score.py: [gone]" in text
    assert "1 chooses another target" in text
    assert ("r runs it again" in text) is (why != "call")


@pytest.mark.presses("app.cancel")
async def test_steps_run_and_escape_cancels(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(SLEEPS)
    app = DoctorApp(Call(kind="script", name=str(script)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "running init()" in situation(app))
        first = situation(app)
        await until(pilot, lambda: situation(app) != first)  # seconds count
        await pilot.press("escape")
        await until(pilot, lambda: "cancelling ..." in situation(app) or app.state.failed)
        await until(pilot, lambda: app.state.failed and not app.state.running)
        await until(pilot, lambda: "cancelled" in situation(app))
        assert "r runs it again; 1 chooses another target" in situation(app)
        assert isinstance(app.screen, CausesScreen)
        assert app.screen._timer is not None
        assert not app.screen._timer._active.is_set()  # an idle screen has no clock


async def test_a_failure_leaves_the_result_before_readable(tmp_path: Path) -> None:
    script = sample_copy("model-not-global", tmp_path)
    done = diagnosed(script)
    app = DoctorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.state.call, app.state.done = done.diagnosed[0].call, done
        app.switch_mode("causes")
        await until(pilot, lambda: app.screen.query(CauseList) and app.screen.query_one(CauseList).rows)
        script.unlink()
        await pilot.press("r")
        await until(pilot, lambda: app.state.failed)
        await until(pilot, lambda: "could not be examined" in situation(app) or "call is wrong" in situation(app))
        assert "below is the result before" in situation(app)
        assert app.screen.query_one(CauseList).region.height >= 4
        assert app.screen.query_one(CauseList).row is not None


@pytest.mark.presses("app.renew")
async def test_while_it_runs_again_the_result_before_stays(tmp_path: Path) -> None:
    script = sample_copy("model-not-global", tmp_path)
    done = diagnosed(script)
    script.write_text(SLEEPS)
    app = DoctorApp()
    async with app.run_test(size=(120, 30)) as pilot:
        app.state.call, app.state.done = done.diagnosed[0].call, done
        app.switch_mode("causes")
        await until(pilot, lambda: app.screen.query(CauseList) and app.screen.query_one(CauseList).rows)
        rows = app.screen.query_one(CauseList).region
        await pilot.press("r")
        await until(pilot, lambda: "… running init()" in standing(app))
        assert app.screen.query_one(CauseList).region == rows  # nothing jumps
        await pilot.press("down", "s")
        assert "✓ starting" in situation(app)
        assert app.screen.query_one(Situation).display
        await pilot.press("s")
        assert not app.screen.query_one(Situation).display
        await pilot.press("escape")
        await until(pilot, lambda: not app.state.running)


async def test_the_trace_of_a_bug_is_folded(tmp_path: Path) -> None:
    app = DoctorApp(Call(kind="script", name=str(tmp_path / "gone.py")))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.failed and not app.state.running)
        trace = "Traceback (most recent call last):\n  [odd]\nKeyError: password=hunter2-hunter2"
        app.state.failed = Failed(why="doctor", text="KeyError: 'x'", trace=trace)
        app.changed()
        await pilot.pause()
        assert "a bug in doctor, not in your service" in situation(app)
        assert "[odd]" not in situation(app)
        await pilot.press("t")
        assert "[odd]" in situation(app)
        assert "hunter2" not in situation(app)
        await pilot.press("t")
        assert "[odd]" not in situation(app)
        line = next(n for n, text in enumerate(situation(app).split("\n")) if " trace, " in text)
        await pilot.click(Situation, offset=(6, line + 1))
        await pilot.pause()
        assert "[odd]" in situation(app)


async def test_a_result_without_targets_says_so() -> None:
    from doctor.diagnosis.result import Done

    app = DoctorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.state.call = Call(kind="workload", name="", namespace="empty")
        app.state.done = replace(Done(diagnosed=()), notes=("no workload stands in empty",))
        app.switch_mode("causes")
        await until(pilot, lambda: isinstance(app.screen, CausesScreen) and "no workload" in situation(app))
        assert "nothing to diagnose was found there" in situation(app)


@pytest.mark.presses("causes.steps")
async def test_steps_that_are_asked_for_later_have_their_whole_names(tmp_path: Path) -> None:
    app = DoctorApp(Call(kind="script", name=str(sample_copy("run-kwargs", tmp_path)), run=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        app.state.steps = (Step("running init() and run()", 0.0, 1.0),)
        await pilot.press("s")
        await until(pilot, lambda: "running init() and run()" in situation(app))
