"""Start the process that writes a bundle, and wait for it without holding up anybody."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from doctor.beside import begin, end
from doctor.bundle.form import Written
from doctor.diagnosis.result import Done
from doctor.errors import CannotExamine

_REFUSED = 3
GRACE = 3.0  # seconds that it has to remove what it began, once nobody waits for it


async def write_beside(
    path: Path, done: Done, *, replaces: bool = True, listen: Callable[[str], None] = lambda _: None
) -> Written:
    """What `doctor.bundle.write` does. Cancelled, it leaves nothing half written."""
    given = await asyncio.to_thread(msgspec.json.encode, done)
    process = await begin("doctor.bundle", str(path), *([] if replaces else ["new"]))
    assert process.stdin
    assert process.stdout
    assert process.stderr
    trace = asyncio.ensure_future(process.stderr.read())
    told: str | Written = ""
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(given + b"\n")  # and it stays open: once it closes, nobody waits, and it tidies up
            await process.stdin.drain()
        while line := await process.stdout.readline():
            told = msgspec.json.decode(line, type=str | Written)
            if isinstance(told, str):
                listen(told)
        code = await process.wait()
        last = (await trace).decode(errors="replace").strip().splitlines()[-1:]
    finally:
        await end(process, GRACE)
        await trace  # its pipes are closed before this returns
    if code == _REFUSED:
        raise CannotExamine(str(told))
    if not isinstance(told, Written):
        raise RuntimeError(f"the process that writes the bundle ended with {code}: {' '.join(last)}")
    return told
