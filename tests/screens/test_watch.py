"""Watching on the screen: saved, renewed, told; and when nothing is renewed."""

import asyncio
from pathlib import Path

import pytest
from screens.journeys import until
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Static

from doctor.diagnosis.call import Call
from doctor.watching.change import Change
from tui import watched_runs, watching
from tui.app import DoctorApp
from tui.watched_runs import Pace, Suspects

BROKEN = "import os\n\ndef init():\n    os.environ['NOWHERE_TO_BE_SEEN']\n\ndef run(data):\n    return data\n"
WHOLE = "def init():\n    pass\n\ndef run(data):\n    return data\n"
ENDLESS = "import time\n\ndef init():\n    time.sleep(600)\n\ndef run(data):\n    return data\n"


def service(folder: Path, text: str = BROKEN) -> Call:
    (folder / "service").mkdir(exist_ok=True)
    script = folder / "service" / "score.py"
    script.write_text(text)
    (folder / "service" / "sample.json").write_text("{}")
    return Call(kind="script", name=str(script), samples=(str(folder / "service" / "sample.json"),))


def toasts(app: DoctorApp) -> list[str]:
    return [one.message for one in app._notifications]


async def watching_begins(app: DoctorApp, pilot: Pilot[None]) -> None:
    """Watch, and wait until that is under way."""
    await until(pilot, lambda: app.state.done and not app.state.running)
    await pilot.press("w")
    await until(pilot, lambda: app.watched)


@pytest.mark.presses("app.watch")
async def test_a_saved_mend_is_diagnosed_and_told(tmp_path: Path) -> None:
    call = service(tmp_path)
    app = DoctorApp(call)
    async with app.run_test(size=(80, 24)) as pilot:
        await watching_begins(app, pilot)
        assert app.state.diagnosis is not None
        assert app.state.diagnosis.report.causes
        Path(call.name).write_text(WHOLE)
        await until(pilot, lambda: any("1 cause gone" in one for one in toasts(app)))
        assert "score.py changed: 1 cause gone" in toasts(app)
        assert not app.state.diagnosis.report.causes
        assert app.state.before is not None
        assert app.state.before.report.causes
        await pilot.press("w")
        assert not app.state.watching
        assert app.watched is None


async def test_the_screen_in_front_stays_in_front(tmp_path: Path) -> None:
    call = service(tmp_path)
    app = DoctorApp(call)
    async with app.run_test(size=(100, 30)) as pilot:
        await watching_begins(app, pilot)
        await pilot.press("3")
        await until(pilot, lambda: app.current_mode == "evidence")
        Path(call.name).write_text(WHOLE)
        await until(pilot, lambda: app.state.before)
        assert app.current_mode == "evidence"


async def test_a_change_ends_the_running_diagnosis_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = service(tmp_path, WHOLE)
    app = DoctorApp(call)
    begun: list[Call] = []
    diagnose = DoctorApp.diagnose
    monkeypatch.setattr(
        DoctorApp, "diagnose", lambda app, call, **how: (begun.append(call), diagnose(app, call, **how))[1]
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await watching_begins(app, pilot)
        Path(call.name).write_text(ENDLESS)
        await until(pilot, lambda: app.state.running and any("init()" in one.what for one in app.state.steps))
        Path(call.name).write_text(BROKEN)
        await until(pilot, lambda: any("new cause" in one for one in toasts(app)))
        assert len(begun) == 3  # at the start, the endless one, and once for what ended it
        assert not app.state.running


async def test_what_is_deleted_and_comes_back(tmp_path: Path) -> None:
    call = service(tmp_path, WHOLE)
    app = DoctorApp(call)
    async with app.run_test(size=(80, 24)) as pilot:
        await watching_begins(app, pilot)
        Path(call.name).unlink()
        await until(pilot, lambda: app.state.failed and not app.state.running)
        Path(call.name).write_text(BROKEN)
        await until(pilot, lambda: any("new cause" in one for one in toasts(app)))
        assert app.state.failed is None


class Question(ModalScreen[None]):
    def compose(self):  # type: ignore[no-untyped-def]
        yield Static("really?")


async def test_nothing_is_renewed_while_a_question_is_open(tmp_path: Path) -> None:
    call = service(tmp_path)
    app = DoctorApp(call)
    async with app.run_test(size=(80, 24)) as pilot:
        await watching_begins(app, pilot)
        app.push_screen(Question())
        await pilot.pause()
        Path(call.name).write_text(WHOLE)
        await until(pilot, lambda: any("as soon as you are done here" in one for one in toasts(app)))
        assert app.state.before is None
        app.pop_screen()
        await until(pilot, lambda: app.state.before)


async def test_a_file_that_the_run_itself_writes_makes_no_endless_loop(tmp_path: Path) -> None:
    counter = tmp_path / "service" / "counter.json"
    text = f"""
import ctypes, os
def init():
    libc = ctypes.CDLL(None)
    handle = libc.open({str(counter).encode()!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    libc.write(handle, b"1\\n", 2)
    libc.close(handle)
def run(data):
    return data
"""
    app = DoctorApp(service(tmp_path, text))
    async with app.run_test(size=(80, 24)) as pilot:
        await watching_begins(app, pilot)
        Path(app.state.call.name).write_text(text + "\n")  # type: ignore[union-attr]
        await until(pilot, lambda: any("counter.json changes whenever" in one for one in toasts(app)))
        await until(pilot, lambda: not app.state.running)
        size = counter.stat().st_size
        await asyncio.sleep(3)
        assert counter.stat().st_size == size


async def test_a_url_is_not_watched_and_says_so() -> None:
    app = DoctorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.state.call = Call(kind="url", name="http://127.0.0.1:9/score")
        await watching.toggle(app)
        await pilot.pause()
        assert not app.state.watching
        assert any("does not tell when it changes" in one for one in toasts(app))


async def test_watching_before_there_is_a_target(tmp_path: Path) -> None:
    call = service(tmp_path)
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.action_watch()
        await until(pilot, lambda: app.state.watching)
        app.diagnose(call)
        await until(pilot, lambda: app.watched == call)
        await until(pilot, lambda: app.state.done)


async def test_a_growing_log_is_renewed(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("2026-11-20 18:00:00 INFO starting\n")
    app = DoctorApp(Call(kind="log", name=str(log)))
    async with app.run_test(size=(80, 24)) as pilot:
        await watching_begins(app, pilot)
        with log.open("a") as stream:
            stream.write("ModuleNotFoundError: No module named 'sklearn'\n")
        await until(pilot, lambda: any("web.log changed: 1 new cause" in one for one in toasts(app)))


async def test_an_idle_watch_costs_nothing(tmp_path: Path) -> None:
    import psutil

    app = DoctorApp(service(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await watching_begins(app, pilot)
        before = psutil.Process().cpu_times()
        await asyncio.sleep(3)
        after = psutil.Process().cpu_times()
        assert (after.user - before.user) + (after.system - before.system) < 0.6


def test_the_pace_slows_down_while_nothing_is_new() -> None:
    pace = Pace()
    assert pace.left() == 0
    pace.renewed(differs=False)
    assert watched_runs.SOON < pace.left() <= 2 * watched_runs.SOON
    for _ in range(9):
        pace.renewed(differs=False)
    assert watched_runs.LATE / 2 < pace.left() <= watched_runs.LATE
    pace.renewed(differs=True)
    assert pace.left() <= watched_runs.SOON


def test_who_saves_again_and_again_is_no_suspect() -> None:
    suspects = Suspects()
    saved = Change("score.py changed", True, 5.0, frozenset({"/srv/score.py"}))
    for _ in range(9):
        suspects.met(saved, 1.0)
        assert not suspects.ended()
    assert not suspects.made(saved)
    data = Change("out.json changed", True, 5.0, frozenset({"/srv/out.json"}))
    for _ in range(watched_runs.TIMES):
        suspects.met(data, 1.0)
        caught = suspects.ended()
    assert caught == ["out.json"]
    assert suspects.made(data)
    assert not suspects.made(data + saved)
