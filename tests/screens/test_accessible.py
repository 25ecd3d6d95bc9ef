"""For whoever does not see the screen: parts have names, signs have words beside them, the order is that of reading."""

import itertools
from pathlib import Path

import pytest
from screens.journeys import diagnosed, sample_copy, until
from textual.widget import Widget
from textual.widgets import Button, Tab, Tabs

from doctor.diagnosis.result import Done
from tui.app import DoctorApp
from tui.heading import Heading

SIGNS = "✗✓☠"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return diagnosed(sample_copy("three-causes", tmp_path_factory.mktemp("sample")))


def name_of(part: Widget) -> str:
    """What a person is told of a part: its title, label, tooltip or placeholder."""
    label = getattr(part, "label", "") if isinstance(part, Button | Tab) else ""
    texts = (part.border_title, part.tooltip, label, getattr(part, "placeholder", ""), part.name)
    return next((str(text) for text in texts if text), "")


async def test_every_part_that_can_be_focused_has_a_name(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        app.state.done, app.state.call = done, done.diagnosed[0].call
        nameless = []
        for mode in app.MODES:
            app.switch_mode(mode)
            await until(pilot, lambda: app.screen.query(Heading))
            nameless += [
                (mode, part) for part in app.screen.focus_chain if not name_of(part) and not isinstance(part, Tabs)
            ]
        assert not nameless


async def test_the_order_of_tab_is_the_order_of_reading(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        app.state.done, app.state.call = done, done.diagnosed[0].call
        for mode in app.MODES:
            app.switch_mode(mode)
            await until(pilot, lambda: app.screen.query(Heading))
            chain = [part for part in app.screen.focus_chain if part.region.area]
            for before, after in itertools.pairwise(chain):
                first, second = before.region, after.region
                assert second.y >= first.bottom or second.x >= first.x, (mode, before, after)


async def test_a_sign_never_stands_alone(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        app.state.done, app.state.call = done, done.diagnosed[0].call
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding)
        strips = app.screen._compositor.render_strips()
        lines = ["".join(segment.text for segment in line) for line in strips]
        with_sign = [line for line in lines if any(sign in line for sign in SIGNS)]
        assert with_sign
        for line in with_sign:
            after = max(line.find(sign) for sign in SIGNS)
            assert any(letter.isalpha() for letter in line[after:]), line
