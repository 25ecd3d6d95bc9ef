"""What journeys through the screens share: samples to break and mend, ways to wait."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sample_services
from textual.pilot import Pilot

from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Done

if TYPE_CHECKING:
    from tui.app import DoctorApp


async def until(pilot: Pilot[None], seen: Callable[[], object], seconds: float = 60) -> None:
    """Wait until `seen()` is true, the screen going on meanwhile. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.02)
        await pilot.pause()
    await pilot.pause()


def sample_copy(name: str, folder: Path) -> Path:
    """The entry script of a copy of a sample service in `folder`, its models made."""
    copy = folder / name
    shutil.copytree(sample_services.HERE / name, copy)
    sample_services.make_model(copy)
    return sample_services.load(copy).script


def diagnosed(script: Path) -> Done:
    """The diagnosis of a script, as the child would hand it over."""
    return diagnose(Call(kind="script", name=str(script)))


@asynccontextmanager
async def at_causes(folder: Path, done: Done, **how: Any) -> AsyncIterator[tuple["DoctorApp", Pilot[None]]]:
    """The app with a result, its causes in front; `how` is for `run_test`."""
    from tui.app import DoctorApp

    app = DoctorApp(folder=folder)
    async with app.run_test(**how) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        app.state.done, app.state.call = done, done.diagnosed[0].call
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding and app.focused and app.screen.query("Heading"))
        yield app, pilot


async def dialog(app: "DoctorApp", pilot: Pilot[None], action: str) -> None:
    """Open the dialog of an action."""
    below = app.screen
    await app.run_action(action)
    await until(pilot, lambda: app.screen is not below)
