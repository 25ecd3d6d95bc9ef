"""The line of keys: whole words only, the way to the others among them."""

from pathlib import Path

import pytest
from screens.journeys import until
from screens.key_line import assert_whole, settled, words

from tui.app import DoctorApp
from tui.footer import KeyLine, fitting


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
