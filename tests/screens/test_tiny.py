"""Terminals of a few cells, which a tiling window manager makes: nothing to read, nothing lost."""

from pathlib import Path

import pytest
from screens.journeys import at_causes, dialog, until
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from doctor.diagnosis.result import Done
from tui.app import DoctorApp

EVERY_SIZE = [(width, height) for width in range(1, 21) for height in (1, 3, 6)]
FEW_SIZES = [(1, 1), (2, 1), (3, 2), (1, 6), (5, 3), (20, 1), (9, 6)]


async def resized(pilot: Pilot[None], sizes: list[tuple[int, int]]) -> None:
    for size in sizes:
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert pilot.app.is_running, size


async def test_the_palette_at_every_size(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count)
        await resized(pilot, EVERY_SIZE)
        await pilot.resize_terminal(80, 24)
        await pilot.press(*"payloads")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "payloads" and app.screen.query("Heading"))


@pytest.mark.parametrize("size", FEW_SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_palette_opened_where_there_is_no_room(tmp_path: Path, size: tuple[int, int]) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"caus")
        await until(pilot, lambda: app.screen.query_one(Input).value == "caus")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, CommandPalette))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.screen.focused and app.screen.focused.region.area)


@pytest.mark.parametrize("action", ["fix", "export", "save_bundle", "help", "jump"])
async def test_a_dialog_survives_no_room(tmp_path: Path, done: Done, action: str) -> None:
    async with at_causes(tmp_path, done, size=(80, 24)) as (app, pilot):
        below = app.screen
        await dialog(app, pilot, action)
        await resized(pilot, FEW_SIZES)
        await pilot.resize_terminal(80, 24)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is below)


async def test_every_screen_survives_no_room(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.state.done = done
        for mode in app.MODES:
            app.switch_mode(mode)
            await until(pilot, lambda: app.screen.query("Heading"))
            await resized(pilot, FEW_SIZES)
            await pilot.resize_terminal(80, 24)
            await until(pilot, lambda: app.screen.focused and app.screen.focused.region.area)
