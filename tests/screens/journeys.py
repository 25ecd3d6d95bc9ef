"""What journeys through the screens share: samples to break and mend, ways to wait."""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import sample_services
from textual.pilot import Pilot

from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Done


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
