"""The line of keys as it is to be read, for whoever asserts that its words are whole."""

from screens.journeys import until
from textual.pilot import Pilot
from textual.widgets import Footer

from tui.app import DoctorApp
from tui.footer import KeyLine


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
