"""The line of keys: whole words only, the way to the others among them."""

from pathlib import Path
from typing import Any

import pytest
from screens.journeys import until
from screens.key_line import assert_whole, settled, words
from textual.widgets._footer import FooterKey

import tui.app
from doctor.diagnosis.result import Done
from tui.app import DoctorApp
from tui.footer import KeyLine, fitting
from tui.heading import Heading


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


class Recording(DoctorApp):
    """The app, which tells what keys would do, and does nothing of it once that is asked for."""

    CSS_PATH = Path(tui.app.__file__).with_name("app.tcss")
    ran: list[str] | None = None

    async def run_action(self, action: Any, *given: Any, **more: Any) -> bool:
        if self.ran is None:
            return await super().run_action(action, *given, **more)
        self.ran.append(str(action).rpartition(".")[2])
        return True

    def action_help(self) -> None:
        if self.ran is not None:  # in a dialog the app itself hears of the question mark
            self.ran.append("help")


async def test_every_word_does_what_its_key_does(tmp_path: Path, done: Done) -> None:
    app = Recording(folder=tmp_path)
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(Heading))
        app.state.done, app.state.call = done, done.diagnosed[0].call
        for place in (*app.MODES, "fix"):
            if place in app.MODES:
                app.switch_mode(place)
                await until(pilot, lambda place=place: app.current_mode == place)  # type: ignore[misc]
            else:
                app.switch_mode("causes")
                await until(pilot, lambda: app.finding)
                below = app.screen
                await app.run_action(place)
                await until(pilot, lambda below=below: app.screen is not below)  # type: ignore[misc]
            await settled(app, pilot)
            app.ran = []
            for key in [one for one in app.screen.query(FooterKey) if one.display and one.region.area]:
                app.ran.clear()
                await pilot.click(key)
                await until(pilot, lambda: app.ran)
                assert app.ran == [key.action.rpartition(".")[2]], (place, key.description)
            app.ran = None
            if app.screen.is_modal:
                app.pop_screen()
