"""What is typed in one go takes effect in its order: a slash and words, a command and its name, a key and the next."""

from pathlib import Path

import pytest
from screens.journeys import diagnosed, sample_copy, until
from textual import events
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from doctor.diagnosis.result import Done
from tui.app import DoctorApp
from tui.evidence.screen import EvidenceScreen
from tui.key_queue import HadItsEffect

NAMES = {"/": "slash", "-": "minus", " ": "space"}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    script = sample_copy("package-not-listed", tmp_path_factory.mktemp("sample"))
    script.write_text(f'print("loading")\n{script.read_text()}')  # a log to search in
    return diagnosed(script)


def at_once(app: DoctorApp, text: str) -> None:
    """All letters stand in line before the app has seen the first, as a terminal hands them over."""
    for letter in text:
        app.post_message(events.Key(NAMES.get(letter, letter), letter))


async def filtered(app: DoctorApp, pilot: Pilot[None], words: str) -> None:
    """Type a filter in one go, twice, and see it in the field as a whole."""
    for _ in range(2):
        mode = app.current_mode
        at_once(app, f"/{words}")
        await until(pilot, lambda: isinstance(app.focused, Input) and app.focused.value == words)
        assert app.current_mode == mode
        await pilot.press("escape")
        await until(pilot, lambda: app.focused is not None and not isinstance(app.focused, Input))


async def test_targets(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.focused)
        await filtered(app, pilot, "pandas q2 jx")


async def test_causes(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.state.done = done
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding and app.focused)
        await filtered(app, pilot, "pandas q2 jx")


TABS = {"L": "log", "I": "files", "A": "packages", "E": "environment", "T": "timeline"}


@pytest.mark.parametrize("key", TABS, ids=TABS.values())
async def test_evidence(tmp_path: Path, done: Done, key: str) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.state.done = done
        app.switch_mode("evidence")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen) and app.focused)
        assert isinstance(app.screen, EvidenceScreen)
        await pilot.press(key)
        pane = app.screen.pane(TABS[key])
        await until(pilot, lambda: app.focused and pane in app.focused.ancestors_with_self)
        await filtered(app, pilot, "pandas q2 jx")


async def test_the_palette(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.focused)
        app.post_message(events.Key("ctrl+p", None))
        at_once(app, "payloads")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette) and app.screen.query(Input))
        await until(pilot, lambda: app.screen.query_one(Input).value == "payloads")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        app.post_message(events.Key("enter", "\r"))
        await until(pilot, lambda: app.current_mode == "payloads" and app.screen.query("Heading"))


async def test_another_screen_and_its_filter(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.state.done = done
        await until(pilot, lambda: app.focused)
        at_once(app, "21/score")
        await until(pilot, lambda: isinstance(app.focused, Input) and app.focused.value == "score")
        assert app.current_mode == "targets"


async def test_a_pasted_filter(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.focused)
        app.post_message(events.Paste("/score q"))
        await until(pilot, lambda: isinstance(app.focused, Input) and app.focused.value == "score q")
        app.post_message(events.Paste("/2"))
        await until(pilot, lambda: isinstance(app.focused, Input) and app.focused.value == "score q/2")


async def test_a_key_that_ends_what_it_was_for_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.focused)
        monkeypatch.setattr(DoctorApp, "on_key_queue_had_its_effect", lambda _app, _message: None)
        assert HadItsEffect.handler_name == "on_key_queue_had_its_effect"
        at_once(app, "/pq")
        await until(pilot, lambda: isinstance(app.focused, Input) and app.focused.value == "pq")
