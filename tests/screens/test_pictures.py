"""What each screen looks like in the states that matter. `pytest --snapshot-update` draws them anew: look at them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from screens import scenes
from screens.journeys import until
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, TextArea

from checks.finding import Safety
from doctor.diagnosis.result import Done
from doctor.exploring.table import Table
from tui.app import DoctorApp
from tui.causes.cause_list import CauseList
from tui.evidence.files_pane import FilesPane
from tui.evidence.log_pane import LogPane
from tui.evidence.screen import EvidenceScreen
from tui.evidence.table_pane import TablePane
from tui.fixes.fix_modal import FixModal
from tui.help.screen import HelpScreen
from tui.targets.screen import TargetsScreen

pytestmark = pytest.mark.usefixtures("nowhere")

Compare = Callable[..., bool]
MOST = 100_000  # bytes of a picture


def showing(done: Done | None) -> DoctorApp:
    app = DoctorApp(folder=Path())
    app.animation_level = "none"  # the line below the tabs would be on its way
    app.state.done = done
    return app


async def still(pilot: Pilot[None]) -> None:
    """Nothing blinks, nothing is on its way, no toast is in the picture."""
    for field in (*pilot.app.screen.query(Input), *pilot.app.screen.query(TextArea)):
        field.cursor_blink = False
    pilot.app.clear_notifications()
    await pilot.pause()


async def to(pilot: Pilot[None], mode: str, part: type[Widget]) -> None:
    app = pilot.app
    assert isinstance(app, DoctorApp)
    app.state.call = app.state.done.diagnosed[0].call if app.state.done else None
    app.switch_mode(mode)
    await until(pilot, lambda: pilot.app.screen.query(part))


async def targets(pilot: Pilot[None]) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, TargetsScreen)
    sections = screen.listing.sections
    await until(pilot, lambda: {"files", "containers", "clusters"} <= set(sections))
    await until(pilot, lambda: sections["containers"].rows and sections["clusters"].rows)
    await until(pilot, lambda: sections["files"].note != "looking ...")
    screen.workers.cancel_all()
    for name, section in scenes.SECTIONS.items():
        screen.put(name, section)
    await until(pilot, lambda: any(line.row and line.row.name == "production" for line in screen.targets.lines))
    await pilot.press(*["down"] * 4)
    await still(pilot)


async def log(pilot: Pilot[None]) -> None:
    await to(pilot, "causes", CauseList)
    await until(pilot, lambda: pilot.app.screen.finding)  # type: ignore[attr-defined]
    await pilot.press("p")
    await until(pilot, lambda: isinstance(pilot.app.screen, EvidenceScreen) and pilot.app.screen.tab == "log")
    view = pilot.app.screen.query_one(LogPane).view
    await until(pilot, lambda: view.cursor == 7 and view.has_focus)
    coming = pilot.app.screen.query_one(LogPane).coming
    await until(pilot, lambda: coming and not coming.moving)
    await still(pilot)


def table(key: str, name: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def show(pilot: Pilot[None]) -> None:
        await to(pilot, "evidence", TablePane)
        await pilot.press(key)
        pane = pilot.app.screen.query_one(f"#{name}-pane", TablePane)
        await until(pilot, lambda: isinstance(pane.table, Table) and pane.rows.has_focus)
        await still(pilot)

    return show


async def diff(pilot: Pilot[None]) -> None:
    await to(pilot, "evidence", TablePane)
    await pilot.press("I")
    pane = pilot.app.screen.query_one(FilesPane)
    await until(pilot, lambda: pane.chosen and pane.rows.has_focus)
    await pilot.press("d")
    await until(pilot, lambda: any(line.startswith("@@") for line in pane.text.lines))
    await still(pilot)


async def causes(pilot: Pilot[None]) -> None:
    await to(pilot, "causes", CauseList)
    await until(pilot, lambda: pilot.app.screen.focused)
    await still(pilot)


async def fix(pilot: Pilot[None]) -> None:
    await to(pilot, "causes", CauseList)
    await until(pilot, lambda: pilot.app.screen.finding)  # type: ignore[attr-defined]
    await pilot.press("f")
    await until(pilot, lambda: isinstance(pilot.app.screen, FixModal) and pilot.app.screen.plan)
    await still(pilot)


async def help_(pilot: Pilot[None]) -> None:
    await to(pilot, "causes", CauseList)
    await until(pilot, lambda: pilot.app.screen.focused)
    await pilot.press("f1")
    await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen) and pilot.app.screen.query("MarkdownParagraph"))
    await still(pilot)


async def renewed(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, DoctorApp)
    await to(pilot, "causes", CauseList)
    await until(pilot, lambda: app.finding)
    before = app.state.diagnosis
    assert before is not None
    assert app.state.done is not None
    app.state.watching = True
    app.state.earlier = {before.report.target.name: before}
    app.state.done = scenes.with_another_cause(app.state.done)
    app.changed()
    await until(pilot, lambda: app.finding and "KeyError" in app.finding.title)
    await still(pilot)


SIZE = (100, 30)
PICTURES: dict[str, tuple[Callable[[], Done | None], Callable[[Pilot[None]], Awaitable[None]], tuple[int, int]]] = {
    "targets": (lambda: None, targets, (80, 24)),
    "log": (scenes.looping, log, (80, 24)),
    "packages": (scenes.looping, table("A", "packages"), (80, 24)),
    "timeline": (scenes.looping, table("T", "timeline"), (80, 24)),
    "diff": (scenes.of_script, diff, (120, 30)),
    "fix-safe": (scenes.of_script, fix, (80, 24)),
    "help": (scenes.of_script, help_, (80, 24)),
    "renewed": (scenes.of_script, renewed, SIZE),
    "tiny": (scenes.of_script, causes, (20, 5)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_it_looks_so(name: str, snap_compare: Compare) -> None:
    make, prepare, size = PICTURES[name]
    assert snap_compare(showing(make()), run_before=prepare, terminal_size=size)


def test_review_without_colours_looks_so(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = showing(scenes.of_script(Safety.REVIEW))
    assert snap_compare(app, run_before=fix, terminal_size=(80, 24))


def test_pictures_stay_small() -> None:
    kept = sorted(Path(__file__).with_name("__snapshots__").rglob("*.raw"))
    assert kept
    assert not [one.name for one in kept if one.stat().st_size > MOST]
    assert len(kept) <= 16, "one for each screen and state that matters"
