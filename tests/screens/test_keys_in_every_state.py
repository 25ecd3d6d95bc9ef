"""Every key of every screen in every state, also where it can do nothing: nothing breaks, nothing is written."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from screens.journeys import diagnosed, until
from screens.pressing import bindings
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Footer, Input, TextArea

import tui.app
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Done
from tui.app import DoctorApp
from tui.causes.chooser import ChooserModal
from tui.causes.explanation import Explanation
from tui.evidence.files_folder import FolderQuestion
from tui.evidence.screen import EvidenceScreen
from tui.evidence.tabs import TABS
from tui.fixes.save_modal import SaveModal
from tui.fixes.text_modal import TextModal
from tui.help.screen import HelpScreen
from tui.payloads.questions import KeepModal, UnsavedModal

BROKEN = "def init():\n    model = 2\n\n\ndef run(data):\n    return model * len(data)\n"
ENDLESS = "import time\n\ndef init():\n    time.sleep(600)\n\ndef run(data):\n    return data\n"
NEED_A_TARGET = ("f", "u", "y", "Y", "m", "b", "x", "w", "r")


class Heard(DoctorApp):
    """The app, with all that its toasts said."""

    CSS_PATH = Path(tui.app.__file__).with_name("app.tcss")

    def __init__(self, call: Call | None, folder: Path) -> None:
        super().__init__(call, folder=folder)
        self.heard: list[str] = []

    def notify(self, message: str, **how: Any) -> None:
        self.heard.append(message)
        super().notify(message, **how)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No engine and no cluster of this machine, no program that takes the clipboard."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "sample.json").write_text("[1, 2]")
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setenv("KUBECONFIG", "/nowhere/kubeconfig")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


@asynccontextmanager
async def standing(state: str, tmp_path: Path) -> AsyncIterator[tuple[Heard, Pilot[None]]]:
    """The app in a state."""
    script = tmp_path / "service" / "score.py"
    script.write_text(ENDLESS if state == "running" else BROKEN)
    call = Call(kind="script", name=str(script), samples=(str(script.with_name("sample.json")),))
    given = {"running": call, "failed": Call(kind="script", name=str(tmp_path / "gone.py"))}.get(state)
    app = Heard(given, tmp_path / "empty")
    if state in {"whole", "without evidence"}:
        done = diagnosed(script)
        if state == "without evidence":
            one = replace(done.diagnosed[0], call=Call(kind="report", name="saved.json"), evidence=None)
            done = Done(diagnosed=(one,))
        app.state.done = done
    async with app.run_test(size=(110, 36)) as pilot:
        if state == "running":
            await until(pilot, lambda: any("init()" in one.what for one in app.state.steps))
        if state == "failed":
            await until(pilot, lambda: app.state.failed and not app.state.running)
        yield app, pilot


async def go(app: DoctorApp, pilot: Pilot[None], mode: str) -> None:
    """To a screen, out of whatever a key opened."""
    while app.screen.is_modal:
        app.pop_screen()
        await pilot.pause()
    if app.current_mode != mode:
        app.switch_mode(mode)
        await until(pilot, lambda: app.current_mode == mode and app.screen.query(Footer))


def keys_of(app: DoctorApp, part: Widget, *, whole: bool) -> dict[tuple[str, str], None]:
    """The ids and keys of doctor's own that belong to a part and its screen, and those of the app (`whole`)."""
    found: dict[tuple[str, str], None] = {}
    for node in part.ancestors_with_self:
        if node is app and not whole:
            continue
        for key, all_of_it in node._bindings.key_to_bindings.items():
            found.update(dict.fromkeys((one.id, key) for one in all_of_it if one.id in bindings()))
    return found


async def press_all(app: Heard, pilot: Pilot[None], mode: str, seen: set[tuple[str, str]], last: str) -> None:
    """Each key of each part that takes keys; `last` ends the state, and comes at the end."""
    for part in app.screen.focus_chain:
        for name, key in sorted(keys_of(app, part, whole=mode == "causes"), key=lambda one: one[1] == last):
            if (name, key) in seen or name == "app.suspend":
                continue
            seen.add((name, key))
            await go(app, pilot, mode)
            if part.is_attached and part.focusable:
                part.focus()
                await pilot.pause()
            await pilot.press(key)
            assert app.is_running, (name, key)
            assert not [one for one in app.heard if "a bug in doctor" in one], (name, key, app.heard)
    await go(app, pilot, mode)


STATES = ("nothing", "running", "failed", "without evidence", "whole")
SCREENS = [(state, mode) for state in STATES for mode in ("targets", "causes", "payloads")]
SCREENS += [("without evidence", "evidence"), ("whole", "evidence")]  # the others have tabs that are empty


@pytest.mark.parametrize(("state", "mode"), SCREENS)
async def test_every_key_in_every_state(state: str, mode: str, tmp_path: Path) -> None:
    async with standing(state, tmp_path) as (app, pilot):
        before = {one: one.read_bytes() for one in (tmp_path / "service").iterdir()}
        await go(app, pilot, mode)
        seen: set[tuple[str, str]] = set()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(DoctorApp, "exit", lambda *_, **__: None)
            for tab in TABS if mode == "evidence" else ("",):
                if tab:
                    assert isinstance(app.screen, EvidenceScreen)
                    app.screen.action_tab(tab)
                    await pilot.pause()
                await press_all(app, pilot, mode, seen, "escape")
        assert len(seen) > 4
        assert {one: one.read_bytes() for one in (tmp_path / "service").iterdir()} == before
        assert not list((tmp_path / "empty").iterdir())


@pytest.mark.parametrize("key", NEED_A_TARGET)
async def test_a_key_without_a_target_says_what_is_missing(key: str, tmp_path: Path) -> None:
    async with standing("nothing", tmp_path) as (app, pilot):
        await go(app, pilot, "causes")
        app.heard.clear()
        await pilot.press(key)
        await until(pilot, lambda: app.heard)
        assert not app.screen.is_modal


async def fixed(app: DoctorApp) -> None:
    await app.run_action("fix")


def pushed(make: Callable[[DoctorApp], ModalScreen[Any]]) -> Callable[[DoctorApp], Any]:
    async def push(app: DoctorApp) -> None:
        app.push_screen(make(app))

    return push


DIALOGS: dict[str, Callable[[DoctorApp], Any]] = {
    "fix": fixed,
    "save": pushed(lambda _: SaveModal("save it", Path("a.json"))),
    "export": pushed(lambda _: SaveModal("save it", Path("a.json"), {"json": ("for programs", ".json")})),
    "text": pushed(lambda _: TextModal("a text", "words", lambda _: None)),
    "explanation": pushed(lambda _: Explanation("entry-script.no-run")),
    "targets": pushed(lambda app: ChooserModal(app.state.done.diagnosed if app.state.done else (), 0)),
    "folder": pushed(lambda _: FolderQuestion("")),
    "keep": pushed(lambda _: KeepModal(Path("new.json"), b"{}")),
    "unsaved": pushed(lambda _: UnsavedModal(["a.json"])),
    "help": pushed(lambda app: HelpScreen(app.screen)),
}


@pytest.mark.parametrize("name", DIALOGS)
async def test_keys_do_not_reach_the_screen_below_a_dialog(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[str] = []
    async with standing("whole", tmp_path) as (app, pilot):
        await go(app, pilot, "causes")
        await until(pilot, lambda: app.finding)
        below = app.screen
        dispatch = DoctorApp._dispatch_action

        async def noted(self: DoctorApp, namespace: Any, action: str, params: Any) -> bool:
            if namespace in (app, below):
                carried.append(action)
            return await dispatch(self, namespace, action, params)

        monkeypatch.setattr(DoctorApp, "_dispatch_action", noted)
        keys = {key for one in (app, *below.walk_children(with_self=True)) for key in one._bindings.key_to_bindings}
        for key in sorted(one for one in keys if len(one) == 1):
            if not app.screen.is_modal:
                carried.clear()
                await DIALOGS[name](app)
                await until(pilot, lambda: app.screen.is_modal and app.screen.query("*"))
                carried.clear()
            await pilot.press(key)
            await pilot.pause()
            mine = [one for one in carried if one not in {"focus_next", "focus_previous", "copy_text"}]
            assert not mine, (key, mine)


@pytest.mark.parametrize("mode", ["targets", "causes", "evidence", "payloads"])
async def test_what_is_typed_into_a_field_is_text(mode: str, tmp_path: Path) -> None:
    letters = sorted({one.key for known in bindings().values() for _, one in known if len(one.key) == 1})
    signs = {"?": "question_mark", "/": "slash", ":": "colon", "[": "left_square_bracket", "<": "less_than_sign"}
    async with standing("whole", tmp_path) as (app, pilot):
        await go(app, pilot, mode)
        tried = 0
        for tab in ("log", "files", "packages") if mode == "evidence" else ("",):
            if tab:
                assert isinstance(app.screen, EvidenceScreen)
                app.screen.action_tab(tab)
                await pilot.pause()
            for key in ("slash", "colon"):
                await pilot.press(key)
                await pilot.pause()
            for field in (*app.screen.query(Input), *app.screen.query(TextArea)):
                if not field.region.area or (isinstance(field, TextArea) and field.read_only):
                    continue
                field.focus()
                await until(pilot, lambda field=field: field.has_focus)  # type: ignore[misc]
                before = field.value if isinstance(field, Input) else field.text
                await pilot.press(*letters, *signs.values(), "space")
                after = field.value if isinstance(field, Input) else field.text
                assert len(after) - len(before) >= len(letters) + len(signs) + 1, (tab, field)
                assert field.has_focus
                assert app.current_mode == mode
                tried += 1
                await pilot.press("escape")
                await pilot.pause()
        assert tried
