"""The process that judges and sends: requests on standard input, replies on standard output, a line each.

It ends when it is interrupted (what stayed loaded is ended first), and when standard input closes: whoever asked is
gone.
"""

import os
import queue
import signal
import sys
import threading
import traceback
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from checks.evidence import Evidence
from checks.finding import Record
from doctor import life_line
from doctor.payloads.records import Judgement, Place, Sent, Weighed
from doctor.payloads.samples import Offer

if TYPE_CHECKING:
    from doctor.payloads.sending import Sender


class Learn(Record, frozen=True, tag="learn"):
    """The evidence that the next bodies are held against."""

    evidence: Evidence


class Judge(Record, frozen=True, tag="judge"):
    """Say what is known of a body."""

    source: str
    body: bytes


class Weigh(Record, frozen=True, tag="weigh"):
    """Hold an answer against what was foretold."""

    source: str
    body: bytes
    judgement: Judgement
    sent: Sent


class Choose(Record, frozen=True, tag="choose"):
    """Say which bodies are offered; `files` are those that lie here."""

    files: tuple[Offer, ...]


class Send(Record, frozen=True, tag="send"):
    """Send a body."""

    place: Place
    source: str
    body: bytes


Request = Learn | Judge | Weigh | Choose | Send


class Learnt(Record, frozen=True, tag="learnt"):
    """The evidence is known."""


class Judged(Record, frozen=True, tag="judged"):
    """What is known of a body."""

    judgement: Judgement


class WeighedReply(Record, frozen=True, tag="weighed"):
    """What speaks against what."""

    weighed: Weighed


class Chosen(Record, frozen=True, tag="chosen"):
    """The bodies, in their order."""

    offers: tuple[Offer, ...]


class SentReply(Record, frozen=True, tag="sent"):
    """What came."""

    sent: Sent


class Refused(Record, frozen=True, tag="refused"):
    """It could not be done. `bug`: the fault is doctor's; `trace` is what a report of it needs."""

    text: str
    bug: bool = False
    trace: str = ""


Reply = Learnt | Judged | WeighedReply | Chosen | SentReply | Refused


def main() -> None:
    """Answer requests until nobody is there."""
    pipe = os.fdopen(os.dup(1), "wb")
    life_line.heed()
    os.dup2(2, 1)  # what libraries print must not stand among the replies
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    desk = _Desk()
    try:
        while True:
            _tell(pipe, desk.answer(requests.get()))
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # tidying up is not to be interrupted
        desk.close()
        os._exit(0)  # the reading thread may hold the lock of standard input


def _read(requests: "queue.SimpleQueue[bytes]") -> None:
    """Hand over line after line; interrupt the work as soon as nobody waits for it."""
    while line := sys.stdin.buffer.readline():
        requests.put(line)
    os.kill(os.getpid(), signal.SIGINT)


class _Desk:
    """Answers requests. What only one kind of them needs is loaded with the first."""

    def __init__(self) -> None:
        self._sender: Sender | None = None
        self._evidence: Evidence | None = None
        self._decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)

    def answer(self, line: bytes) -> Reply:
        """The reply to one request."""
        from doctor.errors import CannotExamine, ConfigError
        from doctor.redact import redact_lines

        try:
            return self._answer(self._decoder.decode(line))
        except (CannotExamine, ConfigError) as error:
            return Refused(text=redact_lines(str(error)))
        except Exception as error:
            trace = redact_lines(traceback.format_exc())
            return Refused(text=redact_lines(f"{type(error).__name__}: {error}"), bug=True, trace=trace)

    def _answer(self, request: Request) -> Reply:
        if isinstance(request, Send):
            if self._sender is None:
                from doctor.payloads.sending import Sender

                self._sender = Sender()
            return SentReply(sent=self._sender.send(request.place, request.source, request.body))
        if isinstance(request, Learn):
            from doctor.payloads.slimming import described

            self._evidence = described(request.evidence)
            return Learnt()
        assert self._evidence is not None
        if isinstance(request, Judge):
            from doctor.payloads.judging import judge

            return Judged(judgement=judge(self._evidence, request.source, request.body))
        if isinstance(request, Choose):
            from doctor.payloads.offering import offers

            return Chosen(offers=offers(self._evidence, request.files))
        from doctor.payloads.weighing import weigh

        items = weigh(self._evidence, request.source, request.body, request.judgement, request.sent)
        return WeighedReply(weighed=Weighed(items=items))

    def close(self) -> None:
        """End what stayed loaded."""
        if self._sender is not None:
            self._sender.close()


def _tell(pipe: BinaryIO, reply: Reply) -> None:
    pipe.write(msgspec.json.encode(reply) + b"\n")
    pipe.flush()


if __name__ == "__main__":
    main()
