"""The diagnosis after a change: begun as soon as the file is written, and waited for before the next fix is shown."""

import asyncio
from typing import TYPE_CHECKING

from textual.worker import WorkerCancelled, WorkerFailed

from tui.diagnosing import ended, under_way

if TYPE_CHECKING:
    from textual.worker import Worker

    from doctor.diagnosis.call import Call
    from tui.app import DoctorApp


def renewal(app: "DoctorApp", call: "Call") -> "Worker[None]":
    """Diagnose again what doctor has just changed."""
    app.outdated = app.state.done
    return app.diagnose(call)


async def over(worker: "Worker[None]") -> bool:
    """Wait for the end of a diagnosis. False when another one took its place, or the app ends."""
    try:
        await worker.wait()
    except (WorkerCancelled, WorkerFailed):
        return False
    return True


async def caught_up(app: "DoctorApp") -> bool:
    """Wait until the result knows what doctor itself changed. False when the person waits no longer."""
    async with app.writing:
        pass  # what is being written now
    if not _is_awaited(app):
        return True
    from tui.fixes.wait_modal import WaitModal

    if not await app.push_screen_wait(WaitModal(lambda: _renewed(app))):
        return False
    while app.screen.is_modal:  # it answers a moment before it is gone
        await asyncio.sleep(0)
    app.changed()  # the screen below has not drawn what came meanwhile
    return True


async def _renewed(app: "DoctorApp") -> None:
    while _is_awaited(app):
        await ended(under_way(app))


def _is_awaited(app: "DoctorApp") -> bool:
    outdated = app.state.done is not None and app.state.done is app.outdated
    return outdated and under_way(app) is not None
