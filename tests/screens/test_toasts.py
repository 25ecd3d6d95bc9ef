"""Toasts stand where nobody is at, and few at once: not on the dialog, the row under the cursor, or the keys."""

from pathlib import Path

import pytest
from screens.journeys import at_causes, dialog, until
from textual.pilot import Pilot
from textual.widgets import Footer
from textual.widgets._toast import Toast

from doctor.diagnosis.result import Done
from tui.app import DoctorApp
from tui.causes.cause_list import CauseList
from tui.toasts import MOST, MOST_LINES, Place, place

LONG = "could not be written since there is no room left on the device that it stands on; " * 6


def rows(app: DoctorApp) -> list[int]:
    """Rows of the screen on which a toast is drawn."""
    return [
        y
        for toast in app.screen.query(Toast)
        for y in range(max(0, toast.region.y), toast.region.bottom)
        if y < app.size.height and toast.region.height
    ]


async def told(app: DoctorApp, pilot: Pilot[None], count: int, text: str = LONG) -> None:
    for number in range(count):
        app.notify(f"{number} {text}", title="told", timeout=60, markup=False)
    await until(pilot, lambda: len(app.screen.query(Toast)) == min(MOST, count))
    await until(pilot, lambda: len(rows(app)) >= min(MOST, count))
    await pilot.pause()


async def test_many_at_once_do_not_fill_the_screen(tmp_path: Path, done: Done) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.state.done = done
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding and app.focused)
        await told(app, pilot, 30)
        await until(pilot, lambda: len(rows(app)) <= MOST_LINES + MOST - 1)
        assert len(set(rows(app))) == len(rows(app)), "they stand below each other"
        assert app.screen.query_one(Footer).region.y not in rows(app)
        assert 0 not in rows(app)
        newest = next(toast for toast in app.screen.query(Toast) if toast._notification.message.startswith("29 "))
        assert newest.region.height == MOST_LINES


async def test_they_make_way_for_the_cursor(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"score_{number}.py").write_text("def init(): ...\ndef run(data): return data\n")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.focused and app.screen.targets.count > 30)  # type: ignore[attr-defined]
        targets = app.screen.targets  # type: ignore[attr-defined]
        await told(app, pilot, 2)

        def row() -> int:
            return int(targets.content_region.y + targets.cursor - targets.scroll_offset.y)

        for key in ("end", "home", "pagedown", "pagedown", "up", "up", "up"):
            await pilot.press(key)
            await until(pilot, lambda: row() not in rows(app))
            assert app.screen.query_one(Footer).region.y not in rows(app)


@pytest.mark.parametrize("action", ["fix", "export", "help"])
async def test_a_dialog_keeps_its_keys_and_its_text(tmp_path: Path, done: Done, action: str) -> None:
    async with at_causes(tmp_path, done, size=(80, 24), notifications=True) as (app, pilot):
        await until(pilot, lambda: isinstance(app.focused, CauseList))
        await dialog(app, pilot, action)
        await until(pilot, lambda: app.screen.focused)
        await told(app, pilot, 5)
        await until(pilot, lambda: len(rows(app)) <= MOST)
        assert app.size.height - 1 not in rows(app), "the keys of the dialog"
        focused = app.screen.focused
        assert focused is None or focused.region.height > MOST or focused.region.y not in rows(app)


@pytest.mark.parametrize(
    ("taken", "found"),
    [
        ([], Place(above=False, margin=1, short=False)),
        ([range(20, 21)], Place(above=True, margin=1, short=False)),
        ([range(20, 21), range(3, 4)], Place(above=False, margin=1, short=True)),
        ([range(1, 22)], Place(above=False, margin=1, short=True)),
        ([range(24)], Place(above=False, margin=1, short=True)),
    ],
)
def test_a_place(taken: list[range], found: Place) -> None:
    assert place(5, 1, 24, (1, 1), taken) == found
