"""The bench: one process that judges and one that sends, asked without waiting on the event loop for either.

What hangs or dies in them is told; both end with `close`, and by themselves when this process is gone.
"""

import asyncio
import contextlib

import msgspec

from checks.evidence import Evidence
from doctor.beside import begin, end, ending
from doctor.errors import CannotExamine
from doctor.payloads.child import (
    Choose,
    Chosen,
    Judge,
    Judged,
    Learn,
    Refused,
    Reply,
    Request,
    Send,
    SentReply,
    Weigh,
    WeighedReply,
)
from doctor.payloads.records import STARTING, Disagreement, Judgement, Place, Sent
from doctor.payloads.samples import Offer

JUDGING = 20.0  # seconds that a judgement may take
GRACE = 6.0  # seconds that a process has to end what it loaded
SPARE = 15.0  # seconds beyond all limits of a send: then the process itself hangs


class Lost(Exception):
    """The process ended without a reply, or gave none in time; the text says how."""


class Cancelled(Exception):
    """The person ended it."""


class Bench:
    """Judges and sends. One request of each kind at a time; later ones wait."""

    def __init__(self) -> None:
        self._judge, self._send = _Resident(), _Resident()
        self._learnt: Evidence | None = None
        self._known: Evidence | None = None

    async def warm(self) -> None:
        """Start what judges, before there is anything to judge."""
        await self._judge.start()

    def learn(self, evidence: Evidence) -> None:
        """From now on bodies are held against this evidence (of `slimming.slim`)."""
        self._learnt = evidence

    async def judge(self, source: str, body: bytes) -> Judgement:
        """What is known of a body. Raises Lost, and CannotExamine where nothing was learnt."""
        reply = await self._ask_judge(Judge(source=source, body=body))
        assert isinstance(reply, Judged)
        return reply.judgement

    async def offers(self, files: tuple[Offer, ...]) -> tuple[Offer, ...]:
        """All bodies to begin with, the first one that fits; `files` are those that lie here. Raises as `judge`."""
        reply = await self._ask_judge(Choose(files=files))
        assert isinstance(reply, Chosen)
        return reply.offers

    async def weigh(self, source: str, body: bytes, judgement: Judgement, sent: Sent) -> tuple[Disagreement, ...]:
        """Where contract and answer do not go together. Raises as `judge`."""
        reply = await self._ask_judge(Weigh(source=source, body=body, judgement=judgement, sent=sent))
        assert isinstance(reply, WeighedReply)
        return reply.weighed.items

    async def send(self, place: Place, source: str, body: bytes) -> Sent:
        """Send a body. Raises CannotExamine where the way is not there, Cancelled, and Lost."""
        limit = place.patience + STARTING + SPARE
        reply = await self._send.ask(Send(place=place, source=source, body=body), limit)
        assert isinstance(reply, SentReply)
        return reply.sent

    async def cancel(self) -> None:
        """End what is being sent. A rehearsal is loaded anew for the next."""
        await self._send.cancel()

    async def close(self) -> None:
        """End both processes, and what they loaded."""
        await asyncio.gather(self._judge.close(), self._send.close())

    async def _ask_judge(self, request: Judge | Weigh | Choose) -> Reply:
        learnt = self._learnt
        if learnt is None:
            raise CannotExamine("nothing is diagnosed yet")
        if self._known is not learnt or not self._judge.is_there:
            await self._judge.ask(Learn(evidence=learnt), JUDGING)
            self._known = learnt
        return await self._judge.ask(request, JUDGING)


class _Resident:
    """A child process that answers one request after the other, started with the first."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._cancelled = False

    @property
    def is_there(self) -> bool:
        """True while the process lives."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the process, unless it is there."""
        async with self._turn:
            await self._there()

    async def ask(self, request: Request, limit: float) -> Reply:
        """One reply within so many seconds. Raises CannotExamine for what was refused, Lost, and Cancelled."""
        line = await asyncio.to_thread(lambda: msgspec.json.encode(request) + b"\n")
        async with self._turn:
            self._cancelled = False
            try:
                async with asyncio.timeout(limit):
                    reply = await self._asked(line)
            except TimeoutError:
                await self.close()
                raise Lost(f"no reply within {limit:.0f} s; the process was ended") from None
            except asyncio.CancelledError:
                await asyncio.shield(self.close())  # its reply would be taken for that of the next request
                raise
        if isinstance(reply, Refused):
            raise Lost(reply.text) if reply.bug else CannotExamine(reply.text)
        return reply

    async def _asked(self, line: bytes) -> Reply:
        process = await self._there()
        assert process.stdin
        assert process.stdout
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(line)
            await process.stdin.drain()
        told = await process.stdout.readline()
        if not told:
            code = await process.wait()
            if self._cancelled:
                raise Cancelled
            raise Lost(f"the process ended with {ending(code)} and without a word")
        return await asyncio.to_thread(msgspec.json.decode, told, type=Reply)

    async def _there(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await begin("doctor.payloads.child", stderr=asyncio.subprocess.DEVNULL)
        return self._process

    async def cancel(self) -> None:
        """End it in the middle of a request, which raises Cancelled then."""
        self._cancelled = True
        await self.close()

    async def close(self) -> None:
        """End the process, first as Ctrl-C does, so that what it loaded is removed."""
        await end(self._process, GRACE)
