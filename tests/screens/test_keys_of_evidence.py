"""Keys of the evidence that no other journey presses: rows, files against one's own copy, lines of a log."""

from pathlib import Path

import pytest
from screens import scenes
from screens.journeys import until
from screens.log_journeys import LogApp, diagnosis_of
from textual.pilot import Pilot
from textual.widgets import Input

from checks.evidence import Log
from doctor.exploring.table import Table
from tui.app import DoctorApp
from tui.evidence.files_folder import FolderQuestion
from tui.evidence.files_pane import FilesPane
from tui.evidence.filter_line import Words
from tui.evidence.table_pane import TablePane

pytestmark = pytest.mark.usefixtures("nowhere")


async def opened(pilot: Pilot[None], tab: str) -> None:
    """The evidence of a scene, one of its tabs in front."""
    pilot.app.switch_mode("evidence")
    await until(pilot, lambda: pilot.app.screen.query(TablePane))
    await pilot.press(tab)


@pytest.mark.presses("rows.up", "rows.down", "rows.first", "rows.last", "rows.page-up", "rows.page-down", "filter.down")
async def test_the_cursor_of_a_table(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    app.state.done = scenes.looping()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "A")
        pane = app.screen.query_one("#packages-pane", TablePane)
        await until(pilot, lambda: isinstance(pane.table, Table) and pane.rows.has_focus)

        def at() -> str:
            assert pane.rows.row is not None
            return pane.rows.row.cells[0]

        names = [row.cells[0] for row in pane.rows.rows]
        assert len(names) == 4
        for keys, place in (
            (("down",), 1), (("j",), 2), (("up",), 1), (("k",), 0), (("end",), 3), (("home",), 0),
            (("pagedown",), 3), (("pageup",), 0),
        ):  # fmt: skip
            await pilot.press(*keys)
            assert at() == names[place], keys
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, Words))
        await pilot.press("down")
        await until(pilot, lambda: pane.rows.has_focus)
        await pilot.click(pane.rows, offset=(8, 3))
        assert at() == names[2], "a click is on the row under it, below the titles"


@pytest.mark.presses("files.diff", "files.troubled", "files.filter", "text.up", "text.leave")
async def test_a_file_is_held_against_ones_own(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    app.state.done = scenes.of_script()
    async with app.run_test(size=(120, 12)) as pilot:
        await opened(pilot, "I")
        pane = app.screen.query_one(FilesPane)
        await until(pilot, lambda: pane.chosen and pane.rows.has_focus)
        await pilot.press("d")
        await until(pilot, lambda: "-    global model" in pane.text.lines)
        await pilot.press("d")
        await until(pilot, lambda: list(pane.text.lines[:1]) == ["import json"])
        pane.text.focus()
        await pilot.press("j", "j", "k")
        await until(pilot, lambda: pane.text.scroll_offset.y == 1)
        await pilot.press("escape")
        await until(pilot, lambda: pane.rows.has_focus)
        await pilot.press("t")
        assert [row.cells[0] for row in pane.rows.rows] == ["score.py"], "it differs from one's own"
        await pilot.press("slash", *"nothing")
        await until(pilot, lambda: not pane.rows.rows)


@pytest.mark.presses("files.compare", "folder.leave")
async def test_ones_own_folder_is_chosen(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    app.state.done = scenes.of_script()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "score.py").write_text(scenes.SCRIPT)
    async with app.run_test(size=(120, 30)) as pilot:
        await opened(pilot, "I")
        pane = app.screen.query_one(FilesPane)
        await until(pilot, lambda: pane.chosen and pane.rows.has_focus)
        assert pane.chosen is not None
        assert "differs" in " ".join(pane.chosen.row.cells)
        for how in ("escape", "#leave"):
            await pilot.press("c")
            await until(pilot, lambda: isinstance(app.screen, FolderQuestion) and app.screen.query(Input))
            await (pilot.click(how) if how.startswith("#") else pilot.press(how))
            await until(pilot, lambda: not app.screen.is_modal)
            assert pane.own is None, "all stays as it was"
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, FolderQuestion) and app.screen.query(Input))
        app.screen.query_one(Input).value = "other"
        await pilot.press("enter")
        await until(pilot, lambda: pane.own and pane.own.path == "other")
        await until(pilot, lambda: pane.chosen and "differs" not in " ".join(pane.chosen.row.cells))


@pytest.mark.presses(
    "log.select-up", "log.select-down", "log.copy", "log.page-up", "log.page-down", "log.left", "log.right",
    "log.previous", "log.next",
)  # fmt: skip
async def test_lines_are_selected_and_copied_and_logs_changed() -> None:
    first = Log(source="first", text="\n".join(f"line {n} " + "word " * 30 + f"end {n}" for n in range(1, 61)))
    app = LogApp(diagnosis_of(first, Log(source="second", text="two")))
    copied: list[str] = []
    app.to_terminal = copied.append  # type: ignore[attr-defined]
    app.copied = None  # type: ignore[attr-defined] # what copying remembers of doctor's own app
    async with app.run_test(size=(80, 24)) as pilot:
        view = app.pane.view
        await until(pilot, lambda: len(view.rows) == 60 and view.has_focus)
        await pilot.press("pagedown")
        assert view.cursor > 10
        await pilot.press("pageup")
        assert view.cursor == 0
        await pilot.press("shift+down", "J", "shift+down", "K")
        assert view.selected == [0, 1, 2]
        await pilot.press("shift+up")
        assert view.selected == [0, 1]
        await pilot.press("c")
        await until(pilot, lambda: copied)
        assert [line.split(" word")[0] for line in copied[0].split("\n")] == ["line 1", "line 2"]
        await pilot.press("right", "l")
        assert view.scroll_x > 0
        await pilot.press("left", "h")
        assert view.scroll_x == 0
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "two" in view.render_line(0).text)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "line 1" in view.render_line(0).text)
