"""Start the process that writes a bundle, and wait for it without holding up anybody."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import msgspec

from doctor.diagnosis.result import Done
from doctor.errors import CannotExamine

_REFUSED = 3
GRACE = 3.0  # seconds that it has to remove what it began, once nobody waits for it


async def write_beside(path: Path, done: Done) -> int:
    """What `doctor.bundle.write` does. Cancelled, it leaves nothing half written."""
    given = await asyncio.to_thread(msgspec.json.encode, done)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "doctor.bundle", str(path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # the terminal's Ctrl-C is for the screen
    )
    try:
        said, trace = await process.communicate(given)
    finally:
        await _end(process)
    text = said.decode(errors="replace")
    if process.returncode == _REFUSED:
        raise CannotExamine(text)
    if process.returncode != 0:
        last = trace.decode(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"the process that writes the bundle ended with {process.returncode}: {' '.join(last)}")
    return int(text)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), GRACE)
    except TimeoutError:
        process.kill()
        await process.wait()
