"""The palette: what can be done now and nothing else, targets and diagnoses, themes."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace
from screens.journeys import diagnosed, sample_copy, until
from textual.command import CommandPalette
from textual.widgets import Input, OptionList

from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Done
from doctor.recent import remember
from tui.app import DoctorApp
from tui.palette import DoctorCommands


async def _offered(app: DoctorApp) -> list[str]:
    provider = DoctorCommands(app.screen)
    await provider.startup()
    return [str(hit.display) for hit in [hit async for hit in provider.discover()]]  # type: ignore[union-attr]


async def _found(app: DoctorApp, query: str) -> list[str]:
    provider = DoctorCommands(app.screen)
    await provider.startup()
    return [str(hit.text) for hit in [hit async for hit in provider.search(query)]]


async def test_only_what_can_be_done_now_is_offered(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        offered = await _offered(app)
        assert "Help  (? f1)" in offered
        assert "Causes  (2)" in offered
        for later in ("Fix  (f)", "Run again  (r)", "Export  (x)", "Cancel  (esc)", "Copy Markdown  (m)"):
            assert later not in offered
        app.state.done, app.state.call = done, done.diagnosed[0].call
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding)
        offered = await _offered(app)
        for now in ("Fix  (f)", "Run again  (r)", "Export  (x)", "Copy Markdown  (m)"):
            assert now in offered


async def test_a_recent_target_is_opened(tmp_path: Path) -> None:
    script = sample_copy("healthy-sklearn", tmp_path)
    remember(Call(kind="script", name=str(script)))
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        assert await _found(app, "open healthy") == ["Open " + str(script)]
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        app.screen.query_one(Input).value = "open healthy"
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await until(pilot, lambda: not isinstance(app.screen, CommandPalette) or _enter(app))
        await until(pilot, lambda: app.state.call is not None)
        assert app.state.call is not None
        assert app.state.call.name == str(script)
        await until(pilot, lambda: app.state.done)


def _enter(app: Any) -> bool:
    app.screen.query_one(OptionList).action_first()
    app.screen.query_one(OptionList).action_select()
    return False


async def test_a_diagnosis_among_several_is_chosen(tmp_path: Path) -> None:
    one = diagnosed(sample_copy("healthy-sklearn", tmp_path)).diagnosed[0]
    other = replace(one, report=replace(one.report, target=replace(one.report.target, name="[b]other[/b]\x1b[31m")))
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        app.state.done = replace(diagnosed(Path(one.call.name)), diagnosed=(one, other))
        names = [name for name in await _offered(app) if name.startswith("Show ")]
        assert names == ["Show [b]other[/b]\\x1b[31m  ✓ healthy"]
        provider = DoctorCommands(app.screen)
        for command in provider.diagnoses():
            command.run()
        assert app.state.number == 1


async def test_a_theme_is_found_by_typing_and_kept(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        assert await _found(app, "theme doctor-l") == ["Theme doctor-light"]
        next(one for one in DoctorCommands(app.screen).themes() if one.name == "Theme nord").run()
        assert app.theme == "nord"
    assert DoctorApp().theme == "nord"


async def test_a_command_does_what_its_key_does(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"payloads")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count)
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "payloads")
        await until(pilot, lambda: app.screen.query("Heading"))


async def test_what_one_looks_for_stands_before_ways_to_move(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        offered = await _offered(app)
        assert offered.index("Causes  (2)") < offered.index("Down  (↓ j)")
        themes = [name for name in [one.name for one in DoctorCommands(app.screen).themes()] if "doctor" in name]
        assert next(DoctorCommands(app.screen).themes()).name == themes[0]


async def test_the_open_palette_finds_the_fix_and_leaves_scrolling_out(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    app.state.done = done
    async with app.run_test(size=(80, 24)) as pilot:
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        for query, name in (("fix", "Fix  (f)"), ("copy command", "Copy command  (y)")):
            app.screen.query_one(Input).value = query
            options = app.screen.query_one(OptionList)
            await until(pilot, lambda: any(name in str(one.prompt) for one in options.options))  # noqa: B023
        app.screen.query_one(Input).value = "scroll"
        await until(pilot, lambda: not any("Copy command" in str(one.prompt) for one in options.options))
        assert not any("Scroll " in str(one.prompt) for one in options.options)
