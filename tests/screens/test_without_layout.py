"""A letter that is typed draws the field, the list and what is chosen, all in one frame; the screen is laid out only
where a part changes its size.
"""

import json
from pathlib import Path

import pytest
from screens.journeys import until
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.widget import Widget
from textual.widgets import Input

from benchmarks.filtering import write_packages
from benchmarks.screens import report
from doctor.diagnosis.call import Call
from tui.app import DoctorApp
from tui.causes.cause_list import CauseList
from tui.causes.detail import Detail
from tui.evidence.row_list import RowList
from tui.without_layout import Field, Steady, resize_content

NUMBER = 2000


class Layouts:
    """Counts how often the screen in front is laid out from now on."""

    def __init__(self, app: App[None]) -> None:
        self.number = 0
        app.screen.screen_layout_refresh_signal.subscribe(app, lambda _: self._lay())

    def _lay(self) -> None:
        self.number += 1


async def test_letters_in_a_filter_of_findings_lay_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = tmp_path / "many.json"
    record.write_text(json.dumps(report(NUMBER)))
    app = DoctorApp(Call(kind="report", name=str(record)), tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.query(CauseList) and app.screen.query_one(CauseList).count > NUMBER // 10)
        found = app.screen.query_one(CauseList)
        await pilot.press(*"/finding01")
        await until(pilot, lambda: found.row and found.row.finding and "finding01000" in found.row.finding.title)
        layouts, drawn = Layouts(app), []
        monkeypatch.setattr(Detail, "refresh", lambda _: drawn.append(1))
        await pilot.press("0")
        await until(pilot, lambda: found.words == "finding010" and found.count > 100)
        assert (layouts.number, drawn) == (0, [])


async def test_letters_in_a_filter_of_a_table_lay_nothing_out_and_are_one_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[set[Widget]] = []
    paint = Screen._compositor_refresh

    def counted(screen: Screen[None]) -> None:
        frames.append(set(screen._dirty_widgets))
        paint(screen)

    bundle = tmp_path / "many.zip"
    write_packages(bundle, NUMBER)
    app = DoctorApp(Call(kind="report", name=str(bundle)), tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.state.done and not app.state.running)
        await pilot.press("3")
        await until(pilot, lambda: app.current_mode == "evidence" and app.focused)
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.focused, RowList) and app.focused.count)
        rows = app.focused
        assert isinstance(rows, RowList)
        detail = app.screen.query_one("#packages-pane #detail", Steady)
        await pilot.press(*"/package-0")
        await until(pilot, lambda: rows.count == NUMBER and "package-00000" in str(detail.content))
        field = app.focused
        assert isinstance(field, Field)
        field.cursor_blink = False
        await pilot.pause()
        layouts = Layouts(app)
        monkeypatch.setattr("tui.screen.PATIENCE", 60)
        monkeypatch.setattr(Screen, "_compositor_refresh", counted)
        await pilot.press("1")
        await until(pilot, lambda: rows.count == 1000 and "package-01000" in str(detail.content))
        await until(pilot, lambda: any(field in frame for frame in frames))
        assert layouts.number == 0
        assert {field, rows, detail} <= next(frame for frame in frames if field in frame)


class Parts(App[None]):
    def compose(self) -> ComposeResult:
        text = Steady("one line")
        text.styles.height = "auto"
        yield text
        yield ScrollView()


@pytest.mark.parametrize(("text", "laid_out"), [("another one", False), ("one line", False), ("two\nlines", True)])
async def test_a_text_is_laid_out_where_its_height_changes(text: str, laid_out: bool) -> None:
    app = Parts()
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.pause(0.1)
        counted = Layouts(app)
        one = app.query_one(Steady)
        one.update(text)
        await pilot.pause()
        await until(pilot, lambda: shown(one) == text)
        assert bool(counted.number) is laid_out


def shown(part: Widget) -> str:
    """What stands on the screen."""
    return "\n".join(part.render_line(y).text.rstrip() for y in range(part.size.height))


async def test_a_view_scrolls_as_far_as_its_size(tmp_path: Path) -> None:
    app = Parts()
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.pause(0.1)
        counted, view = Layouts(app), app.query_one(ScrollView)
        resize_content(view, Size(0, 5))
        await pilot.pause()
        assert counted.number == 0
        resize_content(view, Size(0, 500))
        await until(pilot, lambda: view.show_vertical_scrollbar and view.max_scroll_y > 400)


class Typing(App[None]):
    def __init__(self, field: type[Input]) -> None:
        super().__init__()
        self.field = field

    def compose(self) -> ComposeResult:
        yield self.field(compact=True)


@pytest.mark.parametrize(("field", "layouts"), [(Field, 0), (Input, 3)])
async def test_only_an_input_of_another_kind_has_the_screen_laid_out_at_a_letter(
    field: type[Input], layouts: int
) -> None:
    app = Typing(field)
    async with app.run_test() as pilot:
        line = app.query_one(Input)
        line.focus()
        await until(pilot, lambda: line.has_focus)
        await pilot.pause()
        counted = Layouts(app)
        for number, letter in enumerate("abc", 1):
            await pilot.press(letter)
            await until(pilot, lambda number=number: len(line.value) == number)  # type: ignore[misc]
            await pilot.pause()
        assert counted.number == layouts


async def test_what_does_not_fit_is_scrolled_to_where_one_types() -> None:
    app = Typing(Field)
    async with app.run_test(size=(20, 5)) as pilot:
        line = app.query_one(Field)
        line.focus()
        await until(pilot, lambda: line.has_focus)
        await pilot.press(*"0123456789" * 4, *"end")
        await until(pilot, lambda: "6789end" in line.render_line(0).text)
        await pilot.press("home")
        await until(pilot, lambda: line.render_line(0).text.startswith("0123"))
