"""The evidence explorer: its tabs, its keys, and what it says where there is nothing."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from screens.journeys import diagnosed, sample_copy, until
from textual.widget import Widget
from textual.widgets import Static

from checks.evidence import Evidence, Target
from checks.http.records import Endpoint
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Done
from doctor.exploring.table import Table
from tui.app import DoctorApp
from tui.causes.screen import CausesScreen
from tui.evidence.files_pane import FilesPane
from tui.evidence.screen import EvidenceScreen
from tui.evidence.table_pane import TablePane
from tui.evidence.tabs import telling


def opened(done: Done) -> DoctorApp:
    """An app whose diagnosis is done."""
    app = DoctorApp()
    app.state.done = done
    return app


def screen_of(app: DoctorApp) -> EvidenceScreen:
    """The screen in front."""
    assert isinstance(app.screen, EvidenceScreen)
    return app.screen


def table_of(app: DoctorApp, name: str) -> TablePane:
    """A tab that is a table."""
    pane = screen_of(app).pane(name)
    assert isinstance(pane, TablePane)
    return pane


def files_of(app: DoctorApp) -> FilesPane:
    """The tab of files."""
    pane = screen_of(app).pane("files")
    assert isinstance(pane, FilesPane)
    return pane


def shown(where: Widget, selector: str) -> str:
    """The text of a line."""
    return str(where.query_one(selector, Static).content)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The diagnosis of a script that asks for a package which its environment file does not list."""
    return diagnosed(sample_copy("package-not-listed", tmp_path_factory.mktemp("evidence")))


def test_a_service_that_was_only_asked_begins_with_the_calls(broken: Done) -> None:
    url = "http://127.0.0.1:5001/score"
    seen = Evidence(target=Target(kind="url", name=url), endpoint=Endpoint(url=url, kind="other"))
    assert telling(replace(broken.diagnosed[0], call=Call(kind="url", name=url), evidence=seen)) == "calls"


@pytest.mark.parametrize(("body", "tab"), [("print('loading')", "log"), ("...", "probe")])
@pytest.mark.presses("evidence.log")
async def test_the_tab_that_opens_has_something_to_show(body: str, tab: str, tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(f"def init():\n    {body}\n\ndef run(data):\n    return 1\n")
    app = opened(diagnosed(script))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen))
        assert screen_of(app).tab == tab
        pane = screen_of(app).pane(tab)
        await until(pilot, lambda: app.focused and pane in app.focused.ancestors_with_self)  # its keys work at once
        await pilot.press("L")
        await until(pilot, lambda: screen_of(app).tab == "log")
        log = screen_of(app).pane("log")
        if tab == "log":
            await until(pilot, lambda: log.lines and log.lines.count == 1)
            assert log.lines.read(0, 1)[0].text == "loading"
        else:
            assert "The rehearsal wrote nothing" in shown(log, "#log-empty")
        app.state.done = diagnosed(script)
        app.changed()
        await pilot.pause()
        assert screen_of(app).tab == "log", "the tab that was opened stays when the diagnosis is renewed"


@pytest.mark.presses("evidence.back")
async def test_escape_goes_back_from_a_proof_to_its_cause(broken: Done) -> None:
    app = opened(broken)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "escape")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen))
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.screen, CausesScreen) and app.finding)
        finding = app.finding
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen) and screen_of(app).tab == "files")
        await until(pilot, lambda: app.focused and files_of(app) in app.focused.ancestors_with_self)
        await pilot.press("escape")  # out of the file
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CausesScreen))
        assert app.finding is finding


async def test_the_environment_tells_what_a_script_was_given(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text("def init(): ...\n\ndef run(data):\n    return 1\n")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights.txt").write_text("1")
    (tmp_path / "sample.json").write_text("{}")
    app = opened(diagnosed(script))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "E")
        await until(pilot, lambda: isinstance(table_of(app, "environment").table, Table))
        made = table_of(app, "environment").table
        assert isinstance(made, Table)
        told = [" ".join(row.cells[:3]) for row in made.rows]
        assert any(row.startswith("variable AZUREML_MODEL_DIR") and row.endswith("model") for row in told)
        assert any(row.startswith("rehearsal sample") and "sample.json" in row for row in told)
        assert made.summary.startswith("1 variable set")


@pytest.mark.presses(
    "app.evidence", "evidence.files", "evidence.packages", "evidence.environment", "evidence.timeline",
    "evidence.probe", "evidence.calls", "evidence.next", "evidence.before",
)  # fmt: skip
async def test_every_tab_has_its_key(broken: Done) -> None:
    app = opened(broken)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen))
        for key, name in {"I": "files", "A": "packages", "E": "environment", "T": "timeline", "O": "probe"}.items():
            await pilot.press(key)
            await pilot.pause()
            assert screen_of(app).tab == name
        await pilot.press("less_than_sign")
        assert screen_of(app).tab == "timeline"
        await pilot.press("greater_than_sign", "greater_than_sign")
        assert screen_of(app).tab == "log", "calls are passed over where there are none"
        await pilot.press("C")
        assert screen_of(app).tab == "log"


@pytest.mark.parametrize("size", [(80, 24)])
@pytest.mark.presses("rows.open")
async def test_a_package_leads_to_its_import(broken: Done, size: tuple[int, int]) -> None:
    app = opened(broken)
    async with app.run_test(size=size) as pilot:
        await pilot.press("3", "A")
        pane = table_of(app, "packages")
        await until(pilot, lambda: isinstance(pane.table, Table) and pane.rows.has_focus)
        assert pane.rows.row
        assert pane.rows.row.cells[::3] == ("pandas", "imported, not asked for")
        assert "Enter opens it" in shown(pane, "#detail")
        await pilot.press("enter")
        files = files_of(app)
        await until(pilot, lambda: files.text.marked == 5 and files.text.has_focus)
        assert screen_of(app).tab == "files"
        assert files.text.lines[4] == "import pandas as pd"
        assert "▶" in files.text.render_line(4).text
        await pilot.press("escape")
        await until(pilot, lambda: files.rows.has_focus)
        assert files.query_one("#list").display


@pytest.mark.presses("text.down")
async def test_a_renewal_leaves_the_reader_where_he_is(tmp_path: Path) -> None:
    script = sample_copy("package-not-listed", tmp_path)
    app = opened(diagnosed(script))
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("3", "A")
        pane = table_of(app, "packages")
        await until(pilot, lambda: isinstance(pane.table, Table) and pane.rows.has_focus)
        await pilot.press("enter")
        files = files_of(app)
        await until(pilot, lambda: files.text.marked == 5 and files.text.has_focus)
        await pilot.press("j", "j", "j")
        place = files.text.scroll_offset
        assert place.y

        listed = files.files
        app.state.done = diagnosed(script)
        app.changed()
        await until(pilot, lambda: files.files is not listed)
        await pilot.pause()
        assert (files.text.marked, files.text.scroll_offset) == (5, place)

        script.write_text(script.read_text() + "\n# a note\n")
        app.state.done = diagnosed(script)
        app.changed()
        await until(pilot, lambda: list(files.text.lines[-1:]) == ["# a note"])
        assert (files.text.marked, files.text.scroll_offset) == (None, place), "the mark may be of another line now"


@pytest.mark.presses("table.filter", "table.troubled", "table.sort", "table.reverse", "filter.leave")
async def test_rows_are_filtered_sorted_and_narrowed(broken: Done) -> None:
    app = opened(broken)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "A")
        pane = table_of(app, "packages")
        await until(pilot, lambda: isinstance(pane.table, Table) and pane.rows.has_focus)
        every = len(pane.rows.rows)
        await pilot.press("t")
        assert [row.cells[0] for row in pane.rows.rows] == ["pandas"]
        await pilot.press("t", "slash", *"fine")
        await until(pilot, lambda: {row.cells[3] for row in pane.rows.rows} == {"fine"})
        await pilot.press("enter")
        assert pane.rows.has_focus
        await pilot.press("slash", "escape")
        await until(pilot, lambda: len(pane.rows.rows) == every and pane.rows.has_focus)
        await pilot.press("s")
        assert [row.cells[0] for row in pane.rows.rows] == sorted(row.cells[0] for row in pane.rows.rows)
        await pilot.press("S")
        assert pane.rows.rows[0].cells[0] > pane.rows.rows[-1].cells[0]
        assert "package ▼" in pane.rows.render_line(0).text
        await pilot.press("s", "s", "s", "s")
        assert pane.rows.rows[0].cells[0] == "pandas", "after the last column, the table's own order"


async def test_without_a_diagnosis_every_tab_says_what_to_do() -> None:
    app = DoctorApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        for key, name in {"I": "files", "A": "packages", "E": "environment", "T": "timeline", "O": "probe"}.items():
            await pilot.press(key)
            await pilot.pause()
            assert "Press 1 and choose a target" in shown(screen_of(app).pane(name), "#nothing")
        await pilot.press("slash", "t", "s", "d", "enter", "escape")
        assert screen_of(app).tab == "probe"


async def test_an_error_in_a_pane_is_told_and_the_screen_stays(broken: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doctor.exploring.packages.packages", lambda _: 1 / 0)
    app = opened(broken)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "A")
        await until(pilot, lambda: any("ZeroDivisionError" in one.message for one in app._notifications))
        assert "an error in doctor" in shown(table_of(app, "packages"), "#nothing")
        await pilot.press("E")
        await until(pilot, lambda: isinstance(table_of(app, "environment").table, Table))
