"""A diagnosis in a process of its own: it can be cancelled, can hang, can crash, and whoever waits stays alive."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec

from doctor.beside import begin, end, ending
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Done, Failed, News, Secrets
from doctor.redact import remember, remember_values


class Running:
    """One diagnosis under way. `news` are to be read to their end; `cancel` and `close` may be called at any time."""

    def __init__(self, call: Call) -> None:
        self.call = call
        remember({**os.environ, **call.variables})  # what the process says of them is masked in this one
        self._process: asyncio.subprocess.Process | None = None
        self._cancelled = False

    @property
    def cancelling(self) -> bool:
        """Whether its end was asked for."""
        return self._cancelled

    async def news(self) -> AsyncIterator[News]:
        """What happens, as it happens; the last one is Done or Failed."""
        try:
            call = msgspec.json.encode(self.call) + b"\n"
        except UnicodeEncodeError:
            yield Failed(why="call", text=f"the name {self.call.name!a} is no UTF-8; rename it, and open it again")
            return
        self._process = process = await begin("doctor.diagnosis.child")
        assert process.stdin
        assert process.stdout
        assert process.stderr
        said = asyncio.ensure_future(_tail(process.stderr))
        ended = False
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(call)
                await process.stdin.drain()
            while line := await process.stdout.readline():
                one = await asyncio.to_thread(_decoded, line) if len(line) > 1 << 16 else _decoded(line)
                if isinstance(one, Secrets):
                    remember_values(one.values)
                    continue
                ended = isinstance(one, (Done, Failed))
                yield one
            if not ended:
                yield await self._lost(process, said)
        finally:
            await self.close()
            said.cancel()

    async def _lost(self, process: asyncio.subprocess.Process, said: "asyncio.Future[bytes]") -> Failed:
        code = await process.wait()
        await asyncio.to_thread(_tidy, process.pid)
        if self._cancelled:
            return Failed(why="cancelled", text="cancelled; nothing is left running")
        trace = (await said).decode(errors="replace")
        return Failed(
            why="lost", text=f"the process that looked at it ended with {ending(code)} and without a word", trace=trace
        )

    async def cancel(self) -> None:
        """End it: first as Ctrl-C does, so that what was made is removed; after GRACE seconds without asking."""
        self._cancelled = True
        await self.close()

    async def close(self) -> None:
        """The same for one that may have ended already."""
        if self._process is not None and await end(self._process):
            await asyncio.to_thread(_tidy, self._process.pid)


def _tidy(process: int) -> None:
    """Remove the temporary folders of a process that had no time to do so itself."""
    for folder in Path(tempfile.gettempdir()).glob(f"doctor-*-{process}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _decoded(line: bytes) -> News | Secrets:
    return _decoder().decode(line)  # type: ignore[no-any-return]


_decoders: list["msgspec.json.Decoder[Any]"] = []


def _decoder() -> "msgspec.json.Decoder[Any]":
    """Made when the first news come: its types are many."""
    if not _decoders:
        _decoders.append(msgspec.json.Decoder(News | Secrets))
    return _decoders[0]


async def _tail(stream: asyncio.StreamReader, most: int = 1 << 14) -> bytes:
    """The last bytes of what is written there."""
    kept = b""
    while piece := await stream.read(1 << 14):
        kept = (kept + piece)[-most:]
    return kept
