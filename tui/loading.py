"""The files of the screens: imported when they are opened, or before that while nobody types."""

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tui.threads import in_thread

if TYPE_CHECKING:
    from tui.app import DoctorApp

FILES = {
    "targets": ("tui.targets.screen", "TargetsScreen"),
    "causes": ("tui.causes.screen", "CausesScreen"),
    "evidence": ("tui.evidence.screen", "EvidenceScreen"),
    "payloads": ("tui.payloads.screen", "PayloadsScreen"),
}
PAUSE = 1.0
"""Seconds without a key after which somebody reads."""


def later(mode: str) -> Callable[[], Screen[Any]]:
    """A screen whose file is imported when it is opened: the first one is on the terminal sooner."""

    def opened() -> Screen[Any]:
        module, name = FILES[mode]
        screen = getattr(import_module(module), name)()
        assert isinstance(screen, Screen)
        return screen

    return opened


def is_loaded(mode: str) -> bool:
    """Whether the screen opens at once."""
    module, name = FILES[mode]
    return hasattr(sys.modules.get(module), name)  # a file that is being read has not come to its class


async def load(mode: str) -> None:
    """Import the file of a screen, in a thread."""
    if not is_loaded(mode):
        await in_thread(partial(import_module, FILES[mode][0]))


async def load_ahead(app: "DoctorApp") -> None:
    """What is opened next, once somebody reads what was found."""
    for mode in ("evidence", "payloads"):
        while (waiting := PAUSE - (monotonic() - app.last_key)) > 0 or app.state.running:
            await asyncio.sleep(max(waiting, 0.1))
        await load(mode)
