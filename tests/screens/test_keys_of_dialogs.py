"""Keys of dialogs, and of the whole app, that no other journey presses."""

import signal
from pathlib import Path

import pytest
from msgspec.structs import replace
from screens import scenes
from screens.journeys import until
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from checks.http.records import Endpoint
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Done, Failed
from tui.app import DoctorApp
from tui.causes.cause_list import CauseList
from tui.causes.chooser import ChooserModal
from tui.causes.situation import Situation
from tui.fixes.fix_modal import FixModal
from tui.fixes.save_modal import SaveModal
from tui.fixes.text_modal import TextModal
from tui.help.jumping import JumpScreen
from tui.help.screen import HelpScreen
from tui.payloads.answering import AnswerPane
from tui.payloads.editing import BodyPane
from tui.payloads.questions import UnsavedModal
from tui.payloads.screen import PayloadsScreen
from tui.targets.rows import Row, Section
from tui.targets.screen import TargetsScreen

pytestmark = pytest.mark.usefixtures("nowhere")


async def causes(pilot: Pilot[None]) -> None:
    """The causes of a scene, the list with the keys."""
    pilot.app.switch_mode("causes")
    await until(pilot, lambda: isinstance(pilot.app.screen.focused, CauseList) and pilot.app.screen.focused.row)


def app_with(done: Done) -> DoctorApp:
    app = DoctorApp(folder=Path())
    app.state.done = done
    return app


@pytest.mark.presses("help.up", "help.down", "help.page-up", "help.page-down", "help.back")
async def test_help_of_a_dialog_and_its_text() -> None:
    app = app_with(scenes.of_script())
    async with app.run_test(size=(80, 12)) as pilot:
        await causes(pilot)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, FixModal) and app.screen.plan)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.query_one("#text").max_scroll_y)
        text = app.screen.query_one("#text")
        for key, place in (("down", 1), ("down", 2), ("up", 1), ("pagedown", 11), ("pageup", 1)):
            await pilot.press(key)
            await until(pilot, lambda place=place: text.scroll_y == min(place, text.max_scroll_y))  # type: ignore[misc]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FixModal))


@pytest.mark.presses("text.copy", "text.save", "text.close")
async def test_a_text_is_copied_once_more() -> None:
    app = app_with(scenes.of_script())
    async with app.run_test(size=(80, 24)) as pilot:
        await causes(pilot)
        await pilot.press("Y")
        await until(pilot, lambda: app.copied)
        whole, app._clipboard = app.clipboard, ""
        await pilot.press("Y")
        await until(pilot, lambda: isinstance(app.screen, TextModal) and app.screen.query("#text-area"))
        await pilot.press("y")
        assert app.clipboard == whole
        app._clipboard = ""
        await pilot.click("#copy")
        assert app.clipboard == whole
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, TextModal))
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, SaveModal))
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.is_modal)
        await pilot.press("Y")
        await until(pilot, lambda: isinstance(app.screen, TextModal))
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.is_modal)


@pytest.mark.presses("target-list.down", "target-list.back", "causes.targets")
async def test_the_list_of_targets() -> None:
    one = scenes.of_script().diagnosed[0]
    names = ("first.py", "second.py", "third.py")
    several = [replace(one, report=replace(one.report, target=replace(one.report.target, name=name))) for name in names]
    app = app_with(Done(diagnosed=tuple(several)))
    async with app.run_test(size=(80, 24)) as pilot:
        await causes(pilot)
        for key, number in (("escape", 0), ("enter", 1)):
            await pilot.press("o")
            await until(pilot, lambda: isinstance(app.screen, ChooserModal) and isinstance(app.focused, Input))
            await pilot.press("down")
            await until(pilot, lambda: isinstance(app.focused, OptionList))
            await pilot.press("down", key)
            await until(pilot, lambda: not app.screen.is_modal)
            assert app.state.number == number, "escape leaves the target that was shown"


@pytest.mark.presses("app.jump", "jump.back")
async def test_letters_are_put_on_parts_and_taken_away() -> None:
    app = app_with(scenes.of_script())
    async with app.run_test(size=(80, 24)) as pilot:
        await causes(pilot)
        before = app.focused
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, JumpScreen) and app.screen.query("Label"))
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.is_modal)
        assert app.focused is before


@pytest.mark.presses("unsaved.discard")
async def test_edits_are_left_behind_when_that_is_wanted() -> None:
    app = app_with(scenes.of_script())
    async with app.run_test(size=(110, 36)) as pilot:
        app.switch_mode("payloads")
        await until(pilot, lambda: app.screen.query("BodyPane") and app.screen.query_one(BodyPane).judgement)
        editor = app.screen.query_one("#editor")
        editor.focus()
        await until(pilot, lambda: editor.has_focus)
        await pilot.press(*"12")
        assert isinstance(app.screen, PayloadsScreen)
        unsaved = app.screen.bodies.drafts
        await until(pilot, lambda: unsaved.unsaved)
        files = sorted(Path().rglob("*"))
        await pilot.press("escape", "q")
        await until(pilot, lambda: isinstance(app.screen, UnsavedModal))
        await pilot.click("#stay")
        await until(pilot, lambda: not app.screen.is_modal)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, UnsavedModal))
        await pilot.press("d")
        await until(pilot, lambda: app._exit)
        assert sorted(Path().rglob("*")) == files


@pytest.mark.presses("steps.trace", "causes.trace")
async def test_enter_unfolds_the_trace() -> None:
    app = DoctorApp(Call(kind="script", name="gone.py"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.failed and not app.state.running)
        app.state.failed = Failed(why="doctor", text="KeyError: 'x'", trace="Traceback\n  a line of it\nKeyError: 'x'")
        app.changed()
        part = app.screen.query_one(Situation)
        part.focus()
        await until(pilot, lambda: part.has_focus)
        await pilot.press("enter")
        assert part.trace_open
        await pilot.press("t")
        assert not part.trace_open


@pytest.mark.presses("targets.unfold", "targets.fold")
async def test_a_context_is_opened_and_closed_with_the_arrows() -> None:
    app = DoctorApp(folder=Path())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("TargetList"))
        screen = app.screen
        assert isinstance(screen, TargetsScreen)
        toggled: list[str] = []
        screen.sources.clusters.toggle = toggled.append  # type: ignore[method-assign] # nobody is asked
        await until(pilot, lambda: {"containers", "clusters", "files"} <= set(screen.listing.sections))
        await until(pilot, lambda: screen.listing.sections["clusters"].rows)
        screen.workers.cancel_group(screen, "clusters")
        nodes = [
            Row("node:a", "context", "production", opens=False),
            Row("node:b", "context", "staging", opens=True),
            Row("node:b/shop", "namespace", "shop", opens=False, depth=1),
        ]
        screen.put("clusters", Section("Kubernetes", tuple(nodes)))
        await until(pilot, lambda: any(line.row is nodes[2] for line in screen.targets.lines))
        await pilot.press("end")
        while screen.targets.row is not nodes[2]:
            await pilot.press("up")
        await pilot.press("left")
        assert screen.targets.row is nodes[1], "to what holds it"
        await pilot.press("right")
        await pilot.press("h")
        assert toggled == ["node:b"], "what is open is not opened again; it is closed"
        await pilot.press("up", "left", "l")
        assert toggled == ["node:b", "node:a"]


@pytest.mark.presses("app.suspend")
async def test_back_to_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a real terminal: `test_terminal_signals.py`. Here the key, and the signal that it sends."""
    app = app_with(scenes.of_script())
    heard: list[int] = []
    before = signal.signal(signal.SIGTSTP, lambda number, _: heard.append(number))
    try:
        async with app.run_test() as pilot:
            await pilot.press("ctrl+z")
            assert not heard, "there is no terminal to give back"
            monkeypatch.setattr(type(app._driver), "can_suspend", True)
            await pilot.press("ctrl+z")
            await until(pilot, lambda: heard)
            assert heard == [signal.SIGTSTP]
    finally:
        signal.signal(signal.SIGTSTP, before)


@pytest.mark.presses("payloads.next-place")
async def test_the_next_place_to_send_to_is_chosen() -> None:
    one = scenes.of_script().diagnosed[0]
    assert one.evidence is not None
    answers = Endpoint(url="http://127.0.0.1:5001/score", kind="other")
    app = app_with(Done(diagnosed=(replace(one, evidence=one.evidence.replace(endpoint=answers)),)))
    async with app.run_test(size=(110, 36)) as pilot:
        app.switch_mode("payloads")
        await until(pilot, lambda: app.screen.query(AnswerPane) and len(app.screen.query_one(AnswerPane).places) == 2)
        pane = app.screen.query_one(AnswerPane)
        chosen = []
        for _ in range(3):
            await pilot.press("ctrl+f")
            await pilot.pause()
            assert pane.place is not None
            chosen.append(pane.place.way)
        assert chosen == ["url", "probe", "url"]
        await pilot.click("#places", offset=(4, 1))
        await until(pilot, lambda: pane.place and pane.place.way == "probe")
