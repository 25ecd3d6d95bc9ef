"""Every screen and its dialogs at the sizes that terminals have: alive at 20x5, whole at 80x24 and 120x40."""

from pathlib import Path

import pytest
from screens.journeys import at_causes, dialog, until
from screens.key_line import assert_whole, settled, words
from textual.widgets import Footer

from doctor.diagnosis.result import Done
from tui.app import DoctorApp
from tui.heading import Heading
from tui.help.screen import HelpScreen

WHOLE = [(80, 24), (120, 40), (20, 5)]
SIZES = [*WHOLE, (60, 24), (40, 24)]
WITH_KEYS = ("fix", "export", "save_bundle")
DIALOGS = (*WITH_KEYS, "help", "jump", "command_palette")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_stays_whole(tmp_path: Path, done: Done, size: tuple[int, int]) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=size) as pilot:
        app.state.done, app.state.call = done, done.diagnosed[0].call
        for mode in app.MODES:
            app.switch_mode(mode)
            await until(pilot, lambda: app.screen.query(Heading) and app.screen.query_one(Heading).size.height)
            focused = app.screen.focused
            assert focused is None or focused.size.height, (mode, focused)
            if size[1] >= 24:
                assert focused is not None, f"{mode}: nothing has the focus"
                assert focused.region.area
                assert app.screen.query_one(Footer).size.height == 1
                for part in app.screen.focus_chain:
                    assert part.region.width > 2, (mode, part)
                await settled(app, pilot)
                assert_whole(app)
                assert "Fix" in words(app) or mode != "causes"
            if size == (80, 24):
                heading = app.screen.query_one(Heading)
                await until(pilot, lambda heading=heading: "f1 help" in str(heading.content))  # type: ignore[misc]
                assert "palette" in words(app), mode
        if size == (80, 24):
            await pilot.click(Heading, offset=(str(heading.content).index("help"), 0))
            await until(pilot, lambda: isinstance(app.screen, HelpScreen))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_dialog_opens_and_closes(tmp_path: Path, done: Done, size: tuple[int, int]) -> None:
    async with at_causes(tmp_path, done, size=size) as (app, pilot):
        below = app.screen
        for action in DIALOGS if size in WHOLE else WITH_KEYS:
            await dialog(app, pilot, action)
            focused = app.screen.focused
            assert focused is None or focused.size.height, (action, focused)
            if size[1] >= 24 and action in WITH_KEYS:
                await settled(app, pilot)
                assert_whole(app)
                assert "Close" in words(app)
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is below)


async def test_help_fits_a_tiny_terminal(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(20, 5)) as pilot:
        await until(pilot, lambda: app.screen.query(Heading))
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await until(pilot, lambda: app.screen.query_one("#text").size.height >= 2)


async def test_what_was_chosen_survives_another_size(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        app.state.done, app.state.call = done, done.diagnosed[0].call
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding and app.screen.focused)
        chosen, focused = app.finding, app.screen.focused
        for size in ((20, 5), (80, 24), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.finding == chosen
        assert app.screen.focused is focused
