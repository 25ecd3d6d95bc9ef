"""Start the process that writes a bundle, and wait for it without holding up anybody."""

import asyncio
from pathlib import Path

import msgspec

from doctor.beside import begin, end
from doctor.diagnosis.result import Done
from doctor.errors import CannotExamine

_REFUSED = 3
GRACE = 3.0  # seconds that it has to remove what it began, once nobody waits for it


async def write_beside(path: Path, done: Done) -> int:
    """What `doctor.bundle.write` does. Cancelled, it leaves nothing half written."""
    given = await asyncio.to_thread(msgspec.json.encode, done)
    process = await begin("doctor.bundle", str(path))
    try:
        said, trace = await process.communicate(given)
    finally:
        await end(process, GRACE)
    text = said.decode(errors="replace")
    if process.returncode == _REFUSED:
        raise CannotExamine(text)
    if process.returncode != 0:
        last = trace.decode(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"the process that writes the bundle ended with {process.returncode}: {' '.join(last)}")
    return int(text)
