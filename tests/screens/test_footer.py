"""The line of keys: whole words only, the way to the others among them."""

from pathlib import Path

import pytest
from screens.journeys import diagnosed, sample_copy, until
from textual.pilot import Pilot
from textual.widgets import Footer

from doctor.diagnosis.result import Done
from tui.app import DoctorApp
from tui.footer import KeyLine, fitting
from tui.heading import Heading

DIALOGS = ("fix", "export", "save_bundle")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return diagnosed(sample_copy("model-not-global", tmp_path_factory.mktemp("sample")))


def words(app: DoctorApp) -> str:
    """The line as it is to be read."""
    width, height = app.size
    y = app.screen.query_one(Footer).region.y
    assert y == height - 1
    return "".join(segment.text for segment in app.screen._compositor.render_strips()[y])[:width]


def assert_whole(app: DoctorApp) -> None:
    """Each part of the line is all there or not at all, and help is."""
    width = app.size.width
    shown = [one for one in app.screen.query_one(KeyLine).children if one.display]
    assert shown
    plain = [one for one in shown if not one.has_class("-command-palette")]
    palette = [one.region.x for one in shown if one not in plain]
    for one in plain:
        assert one.region.right <= min([width, *palette]), (one, one.region, words(app))
    assert "Help" in words(app)


async def settled(app: DoctorApp, pilot: Pilot[None]) -> None:
    await until(pilot, lambda: app.screen.query(KeyLine) and "Help" in words(app))


@pytest.mark.parametrize("width", [120, 80, 60, 40])
async def test_every_screen_has_whole_words(tmp_path: Path, done: Done, width: int) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(width, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(Heading))
        app.state.done, app.state.call = done, done.diagnosed[0].call
        for mode in app.MODES:
            app.switch_mode(mode)
            await until(pilot, lambda mode=mode: app.current_mode == mode)  # type: ignore[misc]
            await settled(app, pilot)
            assert_whole(app)
            if mode == "causes":
                assert "Fix" in words(app)


@pytest.mark.parametrize("width", [80, 60, 40])
async def test_every_dialog_has_whole_words(tmp_path: Path, done: Done, width: int) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(width, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(Heading))
        app.state.done, app.state.call = done, done.diagnosed[0].call
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding and app.screen.query(Heading))
        below = app.screen
        for action in DIALOGS:
            await app.run_action(action)
            await until(pilot, lambda: app.screen is not below)
            await settled(app, pilot)
            assert_whole(app)
            assert "Close" in words(app)
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is below)


async def test_another_width_has_room_for_other_words(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(app, pilot)
        wide = words(app).split()
        await pilot.resize_terminal(40, 24)
        await until(pilot, lambda: app.size.width == 40 and len(words(app).split()) < len(wide))
        assert_whole(app)
        await pilot.resize_terminal(120, 24)
        await until(pilot, lambda: app.size.width == 120 and words(app).split() == wide)


def test_what_matters_most_takes_its_room_first() -> None:
    assert fitting([5, 5, 5, 5], [2, 2, 2, 0], 12) == [True, False, False, True]
    assert fitting([5, 5, 5, 5], [2, 2, 1, 0], 12) == [False, False, True, True]
    assert fitting([5, 9, 3], [2, 2, 2], 9) == [True, False, True]
    assert fitting([5], [2], 4) == [False]
    assert fitting([5], [0], 4) == [True], "help stands there however narrow it is"


@pytest.mark.parametrize("width", [80, 60])
async def test_jumping_says_that_it_is_on_and_how_it_ends(tmp_path: Path, width: int) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(width, 24)) as pilot:
        await settled(app, pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: app.screen.query("#jump-told"))
        strip = app.screen._compositor.render_strips()[23]
        assert "any other key goes back" in "".join(segment.text for segment in strip)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query(KeyLine))
