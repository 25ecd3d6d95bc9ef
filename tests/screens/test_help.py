"""Help and jumps: what is for whom, found by typing, closed again; letters lead to parts of the screen."""

from pathlib import Path
from typing import Any

import pytest
from screens.journeys import until
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Markdown, Static

from tui.app import DoctorApp
from tui.help.jumping import JumpScreen, places
from tui.help.keys import EVERYWHERE, HERE, keys_of
from tui.help.screen import HelpScreen, matching, pages


class _Part(Button):
    help = "# the part\n\nA page of the part's own."
    jump_key = "z"
    BINDINGS = [Binding("k", "press", "Knock", id="part.knock", tooltip="Knock at the door")]


class _Dialog(ModalScreen[None]):
    HELP = "# a dialog\n\nWhat the dialog asks."

    def compose(self) -> ComposeResult:
        yield Input(id="field", tooltip="a field")
        yield _Part("a part", id="part")
        yield Static("no part")


async def _shown(pilot: Any, app: DoctorApp) -> str:
    await pilot.pause()
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in strips)


@pytest.mark.presses("app.help", "app.help-anywhere")
async def test_the_question_mark_opens_and_escape_closes(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        below = app.screen
        app.set_focus(None)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert "help: targets" in await _shown(pilot, app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is below)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("f1")
        await until(pilot, lambda: app.screen is below)


async def test_typing_finds_keys_and_says_when_there_are_none(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press(*"markdown")
        shown = await _shown(pilot, app)
        assert "Copy the report for a ticket" in shown
        assert "Light or dark" not in shown
        await pilot.press(*"xyz")
        assert "nothing here about “markdownxyz”" in await _shown(pilot, app)


async def test_the_page_of_the_focused_part_comes_first_and_its_keys_too(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = _Dialog()
        await app.push_screen(dialog)
        dialog.query_one("#part").focus()
        await pilot.pause()
        assert pages(dialog).index("A page of the part's own") < pages(dialog).index("What the dialog asks")
        keys = keys_of(dialog)
        assert [(key.key, key.name, key.place) for key in keys if key.tooltip == "Knock at the door"] == [
            ("⏎ k", "Knock", HERE)
        ]
        await pilot.press("question_mark")  # in a dialog, too
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert "Knock at the door" in await _shown(pilot, app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is dialog)


async def test_a_typed_question_mark_stays_in_its_field(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = _Dialog()
        await app.push_screen(dialog)
        field = dialog.query_one("#field", Input)
        field.focus()
        await pilot.press("a", "question_mark")
        assert field.value == "a?"
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_help_in_help_closes_it(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        below = app.screen
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        app.action_help()
        await until(pilot, lambda: app.screen is below)


async def test_the_arrows_scroll_while_the_field_has_the_focus(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.query_one("#text").max_scroll_y)
        await pilot.press("down", "down")
        await until(pilot, lambda: app.screen.query_one("#text").scroll_y == 2)


async def test_every_key_of_every_screen_has_a_name_and_a_tooltip(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        for mode in app.MODES:
            app.switch_mode(mode)
            await until(pilot, lambda: app.screen.query("Heading"))
            for key in keys_of(app.screen):
                module = type(key.namespace).__module__
                if module.startswith("tui."):
                    assert key.name or not key.enabled, (mode, key)
            assert {key.name for key in keys_of(app.screen) if key.place == EVERYWHERE} >= {"Help", "Quit", "Jump"}
            assert app.screen.HELP


def test_paragraphs_that_hold_what_was_typed() -> None:
    assert matching("Left: causes.\n\nRight: proof.", "PROOF") == "Right: proof."
    assert matching("one\n\ntwo", "") == "one\n\ntwo"


async def test_a_letter_leads_to_a_part(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = _Dialog()
        await app.push_screen(dialog)
        await pilot.pause()
        found = places(dialog)
        assert {letter: part.id for letter, part in found.items()} == {"z": "part", "a": "field"}
        app.action_jump()
        await until(pilot, lambda: isinstance(app.screen, JumpScreen))
        await pilot.press("z")
        await until(pilot, lambda: app.screen is dialog)
        assert dialog.focused is dialog.query_one("#part")
        app.action_jump()
        await until(pilot, lambda: isinstance(app.screen, JumpScreen))
        await pilot.click("#jump-a")
        await until(pilot, lambda: dialog.focused is dialog.query_one("#field"))


async def test_any_other_key_leaves_the_focus_where_it_was(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = _Dialog()
        await app.push_screen(dialog)
        await pilot.pause()
        before = dialog.focused
        for key in ("escape", "9"):
            app.action_jump()
            await until(pilot, lambda: isinstance(app.screen, JumpScreen))
            await pilot.press(key)
            await until(pilot, lambda: app.screen is dialog)
            assert dialog.focused is before


async def test_the_page_is_markdown(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(_Dialog())
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await until(pilot, lambda: "What the dialog asks" in app.screen.query_one(Markdown).source)
