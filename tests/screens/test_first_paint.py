"""What the first paint does not wait for, and what is done once: counted, since seconds hang on the machine."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import textual.css.stylesheet
from screens.journeys import until
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tui import themes
from tui.app import DoctorApp
from tui.heading import Heading


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Footer]:
    """The lines of keys, each as often as its keys were mounted."""
    found: list[Footer] = []
    recompose = Footer.recompose

    async def counted(footer: Footer) -> None:
        found.append(footer)
        await recompose(footer)

    monkeypatch.setattr(Footer, "recompose", counted)
    return found


async def test_a_style_sheet_is_parsed_once_for_a_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: Counter[object] = Counter()
    parse = textual.css.stylesheet.parse

    def counted(scope: str, css: str, read_from: object, **given: Any) -> Iterator[object]:
        parsed[scope, css, read_from, given["tie_breaker"]] += 1
        return parse(scope, css, read_from, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(textual.css.stylesheet, "parse", counted)
    app = DoctorApp(folder=tmp_path)
    async with app.run_test() as pilot:
        for mode in app.MODES:
            app.switch_mode(mode)
            await until(pilot, lambda: app.screen.query(Heading) and app.screen.query(FooterKey))
        assert len(parsed) > len(app.MODES)
        assert set(parsed.values()) == {1}
        dark = app.screen.query_one(Heading).styles.background
        app.theme = themes.LIGHT.name
        await until(pilot, lambda: app.screen.query_one(Heading).styles.background != dark)


async def test_the_keys_are_mounted_once_and_after_the_rest(
    tmp_path: Path, made: list[Footer], monkeypatch: pytest.MonkeyPatch
) -> None:
    before: list[int] = []
    on_mount = DoctorApp.on_mount

    def counted(app: DoctorApp) -> None:
        on_mount(app)
        before.append(len(app.screen.query(FooterKey)))

    monkeypatch.setattr(DoctorApp, "on_mount", counted)
    app = DoctorApp(folder=tmp_path)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query(FooterKey))
        assert before == [0]
        for _ in range(3):
            app.screen.refresh_bindings()
            await pilot.pause()
        assert len(made) == 1


async def test_other_keys_are_made_anew(tmp_path: Path, made: list[Footer]) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query(FooterKey))
        before = {key.description for key in app.screen.query(FooterKey)}
        await pilot.press("slash")
        await until(pilot, lambda: len(made) > 1)
        assert {key.description for key in app.screen.query(FooterKey)} != before
