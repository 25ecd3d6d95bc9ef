"""Work that waits or computes, beside the screen; one that never ends keeps nobody from leaving."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from textual.widget import Widget

Made = TypeVar("Made")


async def apart(work: Callable[[], Made], seconds: float = 60.0) -> Made:
    """What `work` returns, done in a thread of its own. Raises what it raises, and TimeoutError after `seconds`.

    A thread cannot be ended: one that hangs is left behind, and ends with the process at the latest.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Made] = loop.create_future()

    def put(made: Made | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(made)  # type: ignore[arg-type]

    def run() -> None:
        made, raised = None, None
        try:
            made = work()
        except Exception as error:
            raised = error
        with suppress(RuntimeError):  # the screen is gone
            loop.call_soon_threadsafe(put, made, raised)

    threading.Thread(target=run, name="doctor evidence", daemon=True).start()
    return await asyncio.wait_for(future, seconds)


def beside(widget: "Widget", work: Callable[[], Awaitable[None]], *, what: str, group: str) -> None:
    """Do `work` beside the screen, in the place of what the group was doing. An error is told, and ends nothing."""

    async def guarded() -> None:
        try:
            await work()
        except Exception as error:
            widget.app.tell_error(what, error)  # type: ignore[attr-defined]

    widget.run_worker(guarded, name=what, group=group, exclusive=True)  # type: ignore[arg-type]
