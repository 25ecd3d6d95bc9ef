"""The whole of a log in a private file without a name, written by a process of its own."""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import AsyncIterator

import msgspec

from doctor.beside import begin
from doctor.logs.gapped import lines_of
from doctor.logs.line_index import Held
from doctor.logs.spooling import Ended, News, Wish
from doctor.logs.wholes import Whole


class Spooled:
    """One log on its way here. `news` are to be read to their end; `close` may be called at any time, and again."""

    def __init__(self, whole: Whole, most: int | None = None) -> None:
        self.whole, self._most = whole, most
        self._text, self._marks = _nameless(), _nameless()
        self.lines = lines_of(whole, self._text, self._marks)
        self._process: asyncio.subprocess.Process | None = None

    async def news(self) -> AsyncIterator[News]:
        """More lines, again and again; the last news are the end."""
        numbers = [self._text.number, self._marks.number]
        self._process = process = await begin(
            "doctor.logs.spooling", *map(str, numbers), stderr=asyncio.subprocess.DEVNULL, files=numbers
        )
        assert process.stdin
        assert process.stdout
        ended = False
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(msgspec.json.encode(Wish(whole=self.whole, most=self._most)) + b"\n")
                await process.stdin.drain()
            while not ended and (line := await process.stdout.readline()):
                one: News = msgspec.json.decode(line, type=News)
                ended = isinstance(one, Ended)
                yield one
            if not ended:
                yield Ended(note="the process that read it ended without a word; what was read stays here", failed=True)
        finally:
            await self._end()

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # it holds nothing that had to be tidied
        with contextlib.suppress(RuntimeError):  # whoever reads the news sees their end
            await asyncio.shield(process.communicate())  # to the end of its pipes, which are closed then

    async def close(self) -> None:
        """End the process. The disk has its room again when nobody reads the lines any more."""
        await self._end()


def _nameless() -> Held:
    with tempfile.TemporaryFile(buffering=0, prefix="doctor-log-") as made:
        return Held(os.dup(made.fileno()))
