"""Processes of doctor's own beside the one that shows: begun in one way, ended so that they can tidy up."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

GRACE = 8.0  # seconds that a process has to remove what it made
LONGEST = 1 << 30  # bytes of one line that it writes: evidence with its logs


async def begin(module: str, *words: str, stderr: int = PIPE, files: Sequence[int] = ()) -> Process:
    """Start a module of doctor's as a process. It inherits the open `files` besides its three pipes."""
    begun = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", module, *words),  # -P: no file of the person's folder stands for a module of ours
            stdin=PIPE,
            stdout=PIPE,
            stderr=stderr,
            pass_fds=tuple(files),
            start_new_session=True,  # the terminal's Ctrl-C is for the screen
            limit=LONGEST,
        )
    )
    try:
        return await asyncio.shield(begun)
    except asyncio.CancelledError:
        while not begun.done():  # ended in the middle of its start, it would leave its pipes open
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await asyncio.shield(begun)
        if not begun.cancelled() and begun.exception() is None:
            await end(begun.result())
        raise


async def end(process: Process | None, grace: float = GRACE) -> bool:
    """End a process first as Ctrl-C does, and without asking after `grace` seconds. True where it had to be killed.

    Who is cancelled meanwhile, however often, is so once the process has ended: nothing is left running.
    """
    if process is None:
        return False
    try:
        return process.returncode is None and await _ended(process, grace)
    finally:
        await _hung_up(process)


async def _ended(process: Process, grace: float) -> bool:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    deadline: float | None = asyncio.get_running_loop().time() + grace
    cancelled: asyncio.CancelledError | None = None
    while process.returncode is None:
        try:
            async with asyncio.timeout_at(deadline):
                await process.wait()
        except TimeoutError:
            deadline = None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return deadline is None


async def _hung_up(process: Process) -> None:
    """Close the pipe to a process that has ended; else that may come after the loop's own end."""
    if process.stdin is not None and process.returncode is not None:
        process.stdin.close()
        with contextlib.suppress(OSError):
            await process.stdin.wait_closed()


def ending(code: int) -> str:
    """How a process ended: `exit code 3`, `signal SIGKILL`."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
