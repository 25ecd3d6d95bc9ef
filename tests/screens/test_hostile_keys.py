"""Keys at random on every screen, at any size: no error, nothing written, nothing sent; and words that are no words."""

import random
from pathlib import Path

import pytest
from screens.journeys import until

from doctor.diagnosis.call import Call
from tui.app import DoctorApp

KEYS = [
    *"1234rwfuymxbeptnos/?:<>gGhjkl ",
    *("escape", "enter", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("ctrl+o", "ctrl+p", "ctrl+t", "f1", "backspace", "delete", "ctrl+a", "ctrl+k"),
]
SIZES = [(80, 24), (20, 5), (120, 40), (33, 9), (24, 6), (200, 60)]
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u202c\x9b31m\x07"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


@pytest.mark.parametrize("seed", range(2))
async def test_a_cat_on_the_keyboard(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = tmp_path / "service"
    service.mkdir()
    (service / "score.py").write_text("import os\n\ndef run(data):\n    return os.environ['A']\n")
    (service / "sample.json").write_text('{"data": [[1, 2]]}')
    before = contents(service)
    monkeypatch.chdir(service)
    app = DoctorApp(Call(kind="script", name=str(service / "score.py"), run=False), folder=service)
    chance = random.Random(seed)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(DoctorApp, "exit", lambda *_, **__: None)
            for number in range(120):
                await pilot.press(chance.choice(KEYS))
                if number % 30 == 29:
                    await pilot.resize_terminal(*chance.choice(SIZES))
                if contents(service) != before:
                    raise AssertionError("a file was changed or made")
        assert app.is_running


@pytest.mark.parametrize("size", [(20, 5), (80, 24)])
async def test_every_screen_in_a_small_terminal(size: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("import os\n\ndef init(): ...\n\ndef run(data): return data\n")
    app = DoctorApp(Call(kind="script", name=str(tmp_path / "score.py"), run=False), folder=tmp_path)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        for mode, keys in (("causes", "2"), ("evidence", "3"), ("payloads", "4"), ("targets", "1")):
            app.switch_mode(mode)
            await pilot.pause()
            for key in ("question_mark", "escape", "f", "escape", "x", "escape", "ctrl+p", "escape"):
                app.set_focus(None)
                await pilot.press(key)
                await pilot.pause()
            assert keys
            assert app.is_running
        await pilot.resize_terminal(100, 30)
        assert app.state.diagnosis is not None


async def test_nothing_of_a_stranger_reaches_the_terminal_raw(tmp_path: Path) -> None:
    folder = tmp_path / f"a{HOSTILE.replace('/', '')}b"
    folder.mkdir()
    script = folder / "score.py"
    script.write_text(
        f"def init():\n    print({HOSTILE!r})\n    raise ValueError({HOSTILE!r} * 3)\n\ndef run(data): return data\n"
    )
    app = DoctorApp(Call(kind="script", name=str(script)), folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        for mode in ("causes", "evidence", "payloads", "targets"):
            app.switch_mode(mode)
            await pilot.pause(0.3)
            shown = "".join(
                segment.text for strip in app.screen._compositor.render_strips() for segment in strip if segment.text
            )
            bad = {letter for letter in shown if letter in "\x1b\x07\x9b\u202e\u202c"}
            assert not bad, (mode, bad)
