"""What tests of screens share: an app that raises its own errors, diagnoses of samples, and ways to wait."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_services import HERE, make_model
from textual.pilot import Pilot

from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Done
from tui.app import DoctorApp


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Errors end the test; what a person keeps between runs stands in a folder of the test."""
    monkeypatch.setattr(DoctorApp, "raises", True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


async def until(pilot: Pilot[None], seen: Callable[[], object], seconds: float = 30) -> None:
    """Wait until `seen()` is true, the screen going on meanwhile. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.02)
        await pilot.pause()
    await pilot.pause()
