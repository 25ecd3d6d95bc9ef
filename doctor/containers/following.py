"""The log of a container from its first record on, and what it goes on to write, over restarts too."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from doctor.containers.client import STDERR
from doctor.containers.container_logs import Record, seconds
from doctor.containers.engine import Engine, connect
from doctor.containers.inspection import container_of
from doctor.containers.unweaving import lines_of, records_of_terminal, with_time
from doctor.errors import CannotExamine
from doctor.redact import remember

SEEN_STDERR, SEEN_START = 1, 2
BETWEEN = 0.5  # seconds until a container that starts again is looked at again

Add = Callable[[int, bytes], None]


def follow(container: str, add: Add, *, waits: bool = True) -> str:
    """Give every line to `add`, with a mark, until the container has ended; what is to be told of the end.

    `waits` False: only what it has written so far. Raises CannotExamine when the engine is lost, or the
    container is removed.
    """
    with connect() as engine:
        found = engine.inspect(container)
        masked(found)
        ends = [seconds(one.at.encode()) for one in container_of(engine, found).state.ends]
        since = ""
        while True:
            reading = _Reading(engine, found, since, waits=waits)
            for line in lines_of(reading.records()):
                mark = SEEN_STDERR if line.stream == STDERR else 0
                if ends and line.time > ends[0]:
                    mark |= SEEN_START
                    ends = [end for end in ends if end >= line.time]
                add(mark, line.text)
            if not waits:
                return ""
            since = reading.last or since
            again = _next_run(engine, container)
            if again is None:
                return "the container has ended; this is all it wrote"
            found = again
            ends = [seconds(since.encode()) if since else 0.0]


class _Reading:
    """One reading of a log; `last` is the time of its newest record."""

    def __init__(self, engine: Engine, found: dict[str, Any], since: str, *, waits: bool) -> None:
        self.last = ""
        self._engine, self._since = engine, since
        self._id = str(found["Id"])
        self._tty = bool((found.get("Config") or {}).get("Tty"))
        self._runs = waits and _is_alive(found)

    def records(self) -> Iterator[Record]:
        """The records that are newer than those of the reading before."""
        records = records_after(self._engine, self._id, self._since, tty=self._tty, follow=self._runs)
        for at, record in records:
            self.last = at or self.last
            yield record


def records_after(
    engine: Engine, container: str, since: str, *, tty: bool, follow: bool = False, tail: int | None = None
) -> Iterator[tuple[str, Record]]:
    """The records that are newer than a time of the engine's (empty: all of them), each with its own time."""
    begin = f"{seconds(since.encode()) - 0.01:.6f}" if since else ""  # records that are known come again
    with engine.log(container, tty=tty, follow=follow, since=begin, tail=tail, at_once=True) as got:
        some = ((1, one) for one in records_of_terminal(piece for _, piece in got)) if tty else got
        for stream, data in some:
            stamp, text = with_time(data)
            at = stamp.decode()
            if since and at and at <= since:
                continue
            yield at, (stream, seconds(stamp), text)


def _next_run(engine: Engine, container: str) -> dict[str, Any] | None:
    """The container once it runs again; None when it has ended for good. Raises CannotExamine when it is removed."""
    looks_left = 2  # one that is being removed is seen as ended first
    while looks_left:
        try:
            found = engine.inspect(container)
        except CannotExamine as error:
            raise CannotExamine(f"{error}; what was read stays here") from error
        state = found.get("State") or {}
        if state.get("Running") and not state.get("Restarting"):
            return found
        if not state.get("Restarting") and state.get("Status") != "removing":
            looks_left -= 1
        if looks_left:
            time.sleep(BETWEEN)
    return None


def _is_alive(found: dict[str, Any]) -> bool:
    state = found.get("State") or {}
    return bool(state.get("Running") or state.get("Restarting"))


def masked(found: dict[str, Any]) -> None:
    """Mask the secrets among a container's variables wherever they turn up."""
    pairs = (str(one).partition("=") for one in (found.get("Config") or {}).get("Env") or ())
    remember({name: value for name, _, value in pairs})
