"""What is drawn can be read: every text against the ground that is really behind it, on each screen, in both themes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from screens import scenes
from screens.journeys import until
from screens.test_themes import luminance
from textual.color import Color
from textual.pilot import Pilot
from textual.widget import Widget

from checks.finding import Safety
from tui import themes
from tui.app import DoctorApp
from tui.causes.cause_list import CauseList
from tui.evidence.log_view import LogView
from tui.fixes.fix_modal import FixModal
from tui.payloads.editor import BodyEditor
from tui.targets.screen import TargetsScreen

pytestmark = pytest.mark.usefixtures("nowhere")

TEXT, SIGN = 4.5, 3.0  # WCAG 2, success criteria 1.4.3 and 1.4.11
LINES = ("\u2500", "\u259f")  # from and to: what is drawn of them parts and frames, and says nothing alone


def drawn(app: DoctorApp) -> Iterator[tuple[str, Color, Color]]:
    """Each piece of text in front with its colour and its ground; what is disabled, or behind a dialog, is left out."""
    screen = app.screen
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for text, style, _ in strip:
            widget = screen.get_widget_at(x, y)[0]
            x += sum(map(len, text))
            if style and style.color and style.bgcolor and text.strip() and _counts(widget, screen):
                front, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
                yield text, front, ground


def _counts(widget: Widget, screen: Widget) -> bool:
    return widget is not screen and not any(getattr(one, "disabled", False) for one in widget.ancestors_with_self)


def weak(app: DoctorApp) -> dict[tuple[str, str, str], tuple[str, float]]:
    """What cannot be read well enough."""
    found, pieces = {}, list(drawn(app))
    assert len(pieces) > 20
    for text, front, ground in pieces:
        said = "".join(one for one in text if not LINES[0] <= one <= LINES[1]).strip()
        light, dark = sorted((luminance(front), luminance(ground)), reverse=True)
        ratio = (light + 0.05) / (dark + 0.05)
        if said and ratio < (TEXT if any(map(str.isalnum, said)) else SIGN):
            found[front.hex, ground.hex, app.theme] = (said, round(ratio, 2))
    return found


async def in_both_themes(pilot: Pilot[None]) -> None:
    """The one that is on, then the other one, which stays: a change takes its time."""
    app = pilot.app
    assert isinstance(app, DoctorApp)
    assert not weak(app), app.screen
    app.theme = themes.other(app)
    await pilot.pause()
    assert not weak(app), app.screen


async def test_what_is_drawn_has_the_contrast_of_wcag_aa() -> None:
    app = DoctorApp(folder=Path())
    app.state.done = scenes.of_script(Safety.REVIEW)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TargetsScreen))
        assert isinstance(app.screen, TargetsScreen)
        app.screen.workers.cancel_all()
        for name, section in scenes.SECTIONS.items():
            app.screen.put(name, section)
        await until(pilot, lambda: len(app.screen.targets.lines) > 12)  # type: ignore[attr-defined]
        await in_both_themes(pilot)
        app.state.call = app.state.done.diagnosed[0].call
        await pilot.press("2")
        await until(pilot, lambda: app.finding and isinstance(app.focused, CauseList))
        app.notify("said", severity="error")
        await in_both_themes(pilot)
        app.clear_notifications()
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, FixModal) and app.screen.plan)
        await in_both_themes(pilot)
        await pilot.press("escape", "4")
        await until(pilot, lambda: app.screen.query(BodyEditor) and app.screen.query_one(BodyEditor).text)
        await in_both_themes(pilot)
        app.state.done = scenes.looping()
        await pilot.press("2", "p")
        await until(pilot, lambda: isinstance(app.focused, LogView) and app.focused.cursor)
        await pilot.press("shift+up")
        await in_both_themes(pilot)
        await pilot.press("A")
        await until(pilot, lambda: not isinstance(app.focused, LogView))
        await in_both_themes(pilot)
