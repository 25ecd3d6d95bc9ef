"""Bundles, exports and copies from the screens, and what a saved report can and cannot do."""

import json
from pathlib import Path

import pytest
from screens.journeys import diagnosed, until
from screens.test_fixes import BROKEN, Heard, opened, planned_there, said, told
from textual.geometry import Offset
from textual.selection import Selection
from textual.widgets import Button, Input, OptionList, TextArea

from doctor.bundle import read, write
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Done
from doctor.diagnosis.running import Running
from doctor.redact import redact
from doctor.reports import FORMATS, render
from tui.app import DoctorApp
from tui.causes.detail import Detail
from tui.fixes import saving
from tui.fixes.clipboard import program
from tui.fixes.save_modal import SaveModal
from tui.fixes.text_modal import TextModal


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Done:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))  # no program of this machine takes the clipboard
    script = tmp_path / "score.py"
    script.write_text(BROKEN, encoding="utf-8")
    return diagnosed(script)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.presses("app.bundle")
async def test_a_bundle_is_saved_and_opened(done: Done, tmp_path: Path, size: tuple[int, int]) -> None:
    app = opened(done)
    async with app.run_test(size=size) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, SaveModal))
        assert app.screen.query_one("#save-path", Input).value.startswith("doctor-score-2")
        app.screen.query_one("#save-path", Input).value = "a.zip"
        await pilot.press("enter")
        await until(pilot, lambda: any("doctor tui --record a.zip" in one for one in told(app)))
        (tmp_path / "old.zip").write_text("mine")
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, SaveModal))
        app.screen.query_one("#save-path", Input).value = "old.zip"
        await pilot.press("enter")
        await until(pilot, lambda: "is there already" in said(app, "#save-problem"))
        assert str(app.screen.query_one("#save", Button).label) == "Replace"
        assert (tmp_path / "old.zip").read_text() == "mine"
        await pilot.click("#save")
        await until(pilot, lambda: (tmp_path / "old.zip").read_bytes()[:2] == b"PK")
    assert [one.report.causes[0].id for one in read(tmp_path / "a.zip").diagnosed] == ["entry-script.model-not-global"]


@pytest.mark.presses("save.close")
async def test_places_where_nothing_can_be_written(done: Done, tmp_path: Path) -> None:
    app = opened(done)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, SaveModal))
        for path, words in (("", "write a path"), (str(tmp_path), "is a folder"), ("no/a.zip", "no is no folder")):
            app.screen.query_one("#save-path", Input).value = path
            await pilot.press("enter")
            await until(pilot, lambda words=words: words in said(app, "#save-problem"))
        await pilot.press("escape")
        assert not isinstance(app.screen, SaveModal)
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".zip"] == []


async def test_a_bundle_is_written_beside_the_screen(done: Done, tmp_path: Path) -> None:
    from doctor.bundle.beside import write_beside
    from doctor.errors import CannotExamine

    assert (await write_beside(tmp_path / "a.zip", done)).secrets == 0
    assert len(read(tmp_path / "a.zip").diagnosed) == 1
    with pytest.raises(CannotExamine, match="cannot be written"):
        await write_beside(tmp_path / "no" / "a.zip", done)


@pytest.mark.presses("app.export", "save.save")
async def test_every_format_is_exported(done: Done, tmp_path: Path) -> None:
    assert list(saving.FORMATS.keys() ^ FORMATS.keys()) == []
    app = opened(done)
    async with app.run_test(size=(80, 24)) as pilot:
        for number, (name, (_, ending)) in enumerate(saving.FORMATS.items()):
            await pilot.press("x")
            await until(pilot, lambda: isinstance(app.screen, SaveModal))
            await pilot.press(*["down"] * number)
            path = app.screen.query_one("#save-path", Input).value
            assert path.endswith(ending)
            await pilot.press("enter")
            await until(pilot, lambda path=path: (tmp_path / path).exists())
            reports = [one.report for one in done.diagnosed]
            assert (tmp_path / path).read_text(encoding="utf-8") == render(name, reports, width=100, encoding="utf-8")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, SaveModal))
        app.screen.query_one("#save-path", Input).value = "mine"
        await pilot.click(OptionList, offset=(2, 2))
        assert app.screen.query_one("#save-path", Input).value == "mine"
        await pilot.click("#close")


async def test_a_name_is_typed_over_and_stays_where_it_cannot_be_written(done: Done, tmp_path: Path) -> None:
    app = opened(done)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.focused, Input) and app.focused.selected_text)
        name = "n" * 300
        await pilot.press(*"n", "end")
        app.screen.query_one("#save-path", Input).value += name
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.focused, Input) and "too long" in said(app, "#save-problem"))
        assert app.screen.query_one("#save-path", Input).value == f"n{name}", "typing replaced the proposed name"
        app.screen.query_one("#save-path", Input).value = "short.zip"
        await pilot.press("enter")
        await until(pilot, (tmp_path / "short.zip").exists)


@pytest.mark.presses("app.copy-markdown", "app.copy-finding", "app.copy-command")
async def test_copying_and_where_it_does_not_arrive(done: Done, tmp_path: Path) -> None:
    app = opened(done)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: told(app))
        assert app.clipboard == render("markdown", [done.diagnosed[0].report], encoding="utf-8")
        assert "as Markdown" in told(app)[-1]
        await pilot.press("Y")
        await until(pilot, lambda: "more: doctor explain entry-script.model-not-global" in app.clipboard)
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard.startswith("doctor check "))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, TextModal))
        assert app.screen.query_one(TextArea).text == app.clipboard
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, SaveModal))
        app.screen.query_one("#save-path", Input).value = "command.txt"
        await pilot.press("enter")
        await until(pilot, (tmp_path / "command.txt").exists)
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query(Detail) and app.screen.query_one(Detail).text)
        detail = app.screen.query_one(Detail)
        app.screen.selections = {detail: Selection(Offset(2, 0), Offset(9, 0))}
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "copied the selection by the terminal; if nothing" in told(app)[-1])
        assert app.clipboard == detail.text[2:9]
    assert (tmp_path / "command.txt").read_text().startswith("doctor check ")


async def test_a_program_takes_the_clipboard(done: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert program() == ()
    tool = tmp_path / "wl-copy"
    tool.write_text('#!/bin/sh\nwhile read -r line || [ "$line" ]; do echo "$line" >> copied; done\n')
    tool.chmod(0o755)
    app = opened(done)
    async with app.run_test() as pilot:
        await pilot.press("y")
        await until(pilot, lambda: any("with wl-copy" in one for one in told(app)))
    assert (tmp_path / "copied").read_text().startswith("doctor check ")


async def test_nothing_to_save_or_copy_is_said() -> None:
    app = Heard()
    async with app.run_test() as pilot:
        await pilot.press("b", "x", "y", "Y", "m")
        await until(pilot, lambda: len(told(app)) == 5)
        assert not isinstance(app.screen, SaveModal)


async def test_a_saved_report_changes_nothing(done: Done, tmp_path: Path) -> None:
    """The very file that it speaks of is there, and stays as it is."""
    write(tmp_path / "a.zip", done)
    (tmp_path / "a.json").write_text(render("json", [one.report for one in done.diagnosed]))
    for name in ("a.zip", "a.json"):
        app = DoctorApp(Call(kind="report", name=str(tmp_path / name)))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda app=app: app.state.done and not app.state.running)
            diagnosis = app.state.diagnosis
            assert diagnosis is not None
            assert diagnosis.report.causes[0].id == "entry-script.model-not-global"
            assert (diagnosis.evidence is not None) == (name == "a.zip")
            await pilot.press("f")
            await until(pilot, lambda app=app: planned_there(app))
            assert "this is a saved report" in said(app, "#fix-status")
            assert "+    global model" in said(app, "#fix-diff")
            await pilot.press("enter", "escape")
            await pilot.press("x")
            await until(pilot, lambda app=app: isinstance(app.screen, SaveModal))
            await pilot.press("escape")
            for key in "342":
                await pilot.press(key)
                await pilot.pause()
    assert (tmp_path / "score.py").read_text(encoding="utf-8") == BROKEN


async def test_what_is_no_report_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"schema": "doctor.report/7"}))
    app = DoctorApp(Call(kind="report", name=str(tmp_path / "a.json")))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.state.failed)
        assert app.state.failed is not None
        assert "newer doctor" in app.state.failed.text


def test_secrets_of_a_call_are_known_to_the_screens() -> None:
    Running(Call(kind="script", name="a", variables={"SCREEN_API_KEY": "plain-words-only"}))
    assert redact("it said plain-words-only") == "it said ***"
