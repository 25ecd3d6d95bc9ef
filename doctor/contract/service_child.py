"""A service that stays loaded in a child process and answers one request body after the other.

Each answer is what the server would make of it. A request that ends the process, or is not answered in time, is told
as such, and the service is loaded anew for the next.
"""

import contextlib
import json
import os
import select
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, Self

import msgspec

from checks.evidence import Frame, Missing, Phase, Raised, Returned
from doctor.probe import launcher
from doctor.probe.launcher import Rehearsal, Running

LARGEST = 16 << 20  # bytes of an answer's record
LOOK = 0.05  # seconds between two looks at a process that does not answer
WRITTEN = 0.02  # seconds until what a failed request wrote has come through the pipes
FAILURE = 400  # the first status that is one
INTERNAL = "An unexpected internal error occurred. Check the logs for more info."
"""The server's message. Source: azureml-inference-server-http 1.5.1, `server/routes.py`."""


@dataclass(frozen=True)
class Answer:
    """What became of one request.

    `outcome`: passed, raised, rejected (by the server, before run()), died (the process ended), timeout. `status` is
    that of the server; None where none could answer. `headline` is the exception's last line or the server's message;
    `kind` the exception's type; `line` and `code` the innermost place in the entry script; `said` what the script wrote
    meanwhile, told of what failed alone.
    """

    outcome: Literal["passed", "raised", "rejected", "died", "timeout"]
    status: int | None = None
    headline: str = ""
    kind: str = ""
    line: int | None = None
    code: str = ""
    returned: Returned | None = None
    seconds: float = 0.0
    raised: Raised | None = None
    said: str = ""

    @property
    def ended(self) -> bool:
        """True when the service did not survive it."""
        return self.outcome in ("died", "timeout")


class _Reply(msgspec.Struct):
    outcome: Literal["passed", "raised", "rejected"]
    seconds: float
    status: int | None = None
    message: str = ""
    raised: Raised | None = None
    returned: Returned | None = None


class NotServing(Exception):
    """The service could not be loaded; the text is the reason."""


class Service:
    """A context manager: leaving it ends the child and removes what it left.

    `patience` is the time limit of one request, `starting` that of import and init(), in seconds.
    """

    def __init__(self, rehearsal: Rehearsal, *, patience: float, starting: float, lifetime: float) -> None:
        self._rehearsal = replace(
            rehearsal, payloads=(), in_process=False, serve=True, stop_after=None, timeout=starting + lifetime
        )
        self._patience = patience
        self._starting = starting
        self._running: Running | None = None
        self._fds: list[int] = []
        self._buffer = b""
        self.starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the child. The next request starts another."""
        try:
            if self._running is not None:
                self._running.stop()
        finally:
            self._running = None
            self._buffer = b""
            while self._fds:
                os.close(self._fds.pop())

    def ask(
        self, body: bytes, name: str = "", headers: Mapping[str, str] | None = None, *, listens: bool = False
    ) -> Answer:
        """Send one request body and wait for what becomes of it; `name` is what the sample is called.

        `headers` are sent beside those that every client sends; `listens`: what the script wrote is told.
        Raises NotServing when the service does not load.
        """
        self.start()
        running = self._running
        assert running is not None
        before = running.written()
        answer = self._asked(name.encode("utf-8", "replace"), json.dumps(dict(headers or {})).encode(), body)
        if not listens or (answer.outcome == "passed" and (answer.status or 500) < FAILURE):
            return answer
        time.sleep(WRITTEN)
        return replace(answer, said=running.said(before))

    def _asked(self, *parts: bytes) -> Answer:
        began = time.monotonic()
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        self._send(message, began + self._patience)
        line = self._line(began + self._patience)
        if line is not None:
            assert self._running is not None
            return self._answer(msgspec.convert(json.loads(self._running.own(line.decode())), _Reply))
        seconds = time.monotonic() - began
        return self._ended(seconds) if self._is_gone() else self._stuck(seconds)

    def start(self) -> None:
        """Load the service, unless it is there. Raises NotServing when it cannot be."""
        if self._running is not None and not self._running.is_over:
            return
        self.stop()
        self.starts += 1
        self._running = launcher.start(self._rehearsal)
        desk = self._running.desk
        if desk is None:
            self._give_up()
        assert desk is not None
        for name, flags in zip(launcher.PIPES, (os.O_RDWR, os.O_RDONLY), strict=True):
            self._fds.append(os.open(desk / name, flags | os.O_NONBLOCK | os.O_CLOEXEC))
        if self._line(time.monotonic() + self._starting) is None:
            self._give_up()

    def _give_up(self) -> None:
        running = self._running
        if running is None:
            return
        if not running.is_over:
            self.stop()
            raise NotServing(f"the service did not start within {self._starting:.0f} s")
        probe = running.wait()
        self.stop()
        if isinstance(probe, Missing):
            raise NotServing(probe.reason)
        failed = next((step for step in probe.steps if step.outcome not in ("passed", "skipped")), None)
        told = "the service does not start"
        if failed is not None:
            phase = {Phase.IMPORT: "import", Phase.INIT: "init()"}.get(failed.phase, failed.phase.value)
            words = failed.raised.root.headline if failed.raised else failed.message or failed.outcome
            told = f"{phase} fails: {words}"
        raise NotServing(told)

    def _send(self, message: bytes, until: float) -> None:
        """Write what the pipe takes; a child that reads no more is met by `_line`."""
        while message and time.monotonic() < until and not self._is_gone():
            if select.select([], [self._fds[0]], [], LOOK)[1]:
                with contextlib.suppress(BlockingIOError):
                    message = message[os.write(self._fds[0], message[:65536]) :]

    def _line(self, until: float) -> bytes | None:
        """The next line of the answers' pipe; None when there is none in time, or nobody writes any more."""
        fd = self._fds[1]
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        while b"\n" not in self._buffer:
            left = until - time.monotonic()
            if left <= 0 or len(self._buffer) > LARGEST:
                return None
            poll.poll(min(left, LOOK) * 1000)
            try:
                part = os.read(fd, 1 << 20)
            except BlockingIOError:
                part = b""
                if self._is_gone():
                    return None
            else:
                if not part and self._is_gone():
                    return None
                if not part:
                    time.sleep(0.001)  # nobody has opened the other end yet, or it is about to end
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _is_gone(self) -> bool:
        return self._running is None or self._running.is_over

    def _answer(self, reply: _Reply) -> Answer:
        if reply.outcome == "rejected":
            return Answer("rejected", reply.status, reply.message, "rejected", seconds=reply.seconds)
        if reply.raised is not None:
            error = reply.raised.root
            place = reply.raised.own_frame or error.own_frame
            line, code = self._place(place)
            return Answer("raised", 500, error.headline, error.type, line, code, None, reply.seconds, reply.raised)
        returned = reply.returned
        assert returned is not None
        if returned.problem:
            return Answer("passed", 500, returned.problem, "answer", returned=returned, seconds=reply.seconds)
        return Answer("passed", returned.status or 200, returned=returned, seconds=reply.seconds)

    def _ended(self, seconds: float) -> Answer:
        assert self._running is not None
        probe = self._running.wait()
        self.stop()
        ended = None if isinstance(probe, Missing) else probe.exit
        if ended is None:
            return Answer("died", headline="the process ended", kind="died", seconds=seconds)
        line, code = self._place(next((frame for frame in reversed(ended.stack) if frame.own), None))
        words = {
            "memory": f"more than {(ended.memory_limit or 0) / 1e9:.1f} GB of memory",
            "timeout": "the time limit of the attack",
        }
        told = words.get(ended.reason) or ended.call or ended.signal or f"exit code {ended.code}"
        kind = f"{ended.reason} {ended.signal or ended.call or ''}"
        if ended.reason == "timeout":
            return Answer(
                "timeout", headline=f"no answer within {self._patience:g} s", kind="timeout", line=line, code=code
            )
        return Answer("died", headline=f"the process ended: {told}", kind=kind, line=line, code=code, seconds=seconds)

    def _stuck(self, seconds: float) -> Answer:
        """Whoever does not answer is ended, and asked before where it stands."""
        frames: list[Any] = []
        desk = self._running.desk if self._running is not None else None
        if desk is not None:
            with contextlib.suppress(OSError, ValueError):
                frames = json.loads((desk / "where").read_text(encoding="utf-8", errors="replace").strip("\0 "))
        self.stop()
        own = next((frame for frame in reversed(frames) if frame.get("own")), None)
        line, code = self._place(msgspec.convert(own, Frame) if own else None)
        told = f"no answer within {self._patience:g} s"
        return Answer("timeout", headline=told, kind="timeout", line=line, code=code, seconds=seconds)

    def _place(self, frame: Frame | None) -> tuple[int | None, str]:
        """Line and code of a frame; no line for another file than the entry script."""
        if frame is None:
            return None, ""
        here = frame.path.replace("\\", "/").rsplit("/", 1)[-1] == self._rehearsal.script.name
        if frame.code or not here:
            return (frame.line if here else None), frame.code
        with contextlib.suppress(OSError, IndexError):
            lines = self._rehearsal.script.read_text(encoding="utf-8", errors="replace").splitlines()
            return frame.line, lines[frame.line - 1].strip()
        return frame.line, ""
