"""What a container wrote: standard output and standard error, oldest and newest part, never more than is bounded.

The engine gives a log from its beginning, or its last records; where something lies in the middle, it does not say. Of
a log that is larger than both parts together the middle is never read.
"""

import re
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import accumulate, groupby

import msgspec

from checks.containers import Container
from checks.evidence import Log, Logs, Missing
from doctor.containers.client import STDERR
from doctor.containers.engine import Engine
from doctor.containers.failures import Refused
from doctor.containers.unweaving import Line, lines_of, records_of_terminal, with_time
from doctor.errors import ConfigError
from doctor.logs.reading import read_text

OLDEST = 4 << 20  # bytes of the oldest part
NEWEST = 8 << 20  # bytes of the newest part
CERTAIN = 500  # records that are never more than NEWEST: a record has at most 16 kB
MOST_RECORDS = 200_000
MOST_READ = 4 * NEWEST  # bytes that are read in search of the newest part

_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:d|h|ms|m|s))+\Z")
_NANO = len("2026-11-20T18:17:07.123456789Z")
_DIGITS = re.compile(rb"[0-9]+")
_FRACTION = re.compile(r"\.\d+")
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}

Record = tuple[int, float, bytes]  # stream, seconds since the epoch, bytes


def collect_logs(
    engine: Engine, container: Container, *, since: str | None = None, tail: int | None = None
) -> Logs | Missing:
    """The log of a container, with the streams told apart where it matters. Missing where no driver keeps it.

    `since` is a time or a duration, and `tail` a number of records, as for docker logs. Raises ConfigError for a
    `since` that is neither, CannotExamine when the engine stops answering or the container is removed.
    """
    after = None if since is None else parse_since(since)
    if container.state.started is None:
        return Missing(reason="the container has never started, so it wrote nothing")
    log = _Log(engine, container, tail)
    try:
        records, unread = log.since(after) if after is not None else log.both_ends()
    except Refused as error:
        return _unreadable(container, error)
    lines = list(lines_of(records))
    read = read_text(f"docker logs {container.name}", _bytes(lines))
    return Logs(items=(_completed(read, lines, container, unread),))


@dataclass(frozen=True)
class _Log:
    """The log of one container; `tail` is what the person limits it to."""

    engine: Engine
    container: Container
    tail: int | None = None

    def both_ends(self) -> tuple[list[Record], str | None]:
        """All records where that is not too much, else the oldest and the newest; and what was not read."""
        whole, _, ended = self._read(self.tail, OLDEST + NEWEST)
        if ended:
            return whole, None
        oldest = _first(whole, OLDEST)
        newest = self._newest()
        # A log of hardly more than both parts is read twice in the middle.
        last = oldest[-1][1]
        newest = [one for one in newest if one[1] > last] or newest
        return [*_ended(oldest), *newest], _unread(OLDEST, sum(len(one[2]) for one in newest))

    def since(self, after: float) -> tuple[list[Record], str | None]:
        """The records after a time. The engine would search them from the beginning, however long that takes."""
        number = 1000
        while True:
            asked = min(number, self.tail or number)
            records, _, ended = self._read(asked, MOST_READ)
            found = [one for one in records if one[1] >= after]
            complete = len(records) < asked or asked == self.tail or len(found) < len(records)
            if ended and complete:
                kept = _last(found, OLDEST + NEWEST)
                return kept, None if len(kept) == len(found) else _unread(0, OLDEST + NEWEST)
            if not ended or number >= MOST_RECORDS:
                newest = [one for one in self._newest() if one[1] >= after]
                return newest, _unread(0, sum(len(one[2]) for one in newest))
            number *= 16

    def _newest(self) -> list[Record]:
        """The last records, as many as NEWEST holds if they are about as long as the very last."""
        few, size, _ = self._read(min(CERTAIN, self.tail or CERTAIN), MOST_READ)
        number = min(len(few) * NEWEST // max(size, 1), MOST_RECORDS, self.tail or MOST_RECORDS)
        if number > 2 * len(few):
            more, _, ended = self._read(number, MOST_READ)
            few = more if ended else few
        return _last(few, NEWEST)

    def _read(self, tail: int | None, most: int) -> tuple[list[Record], int, bool]:
        """Records from where `tail` begins, at most so many bytes; their size, and whether that was all."""
        records: list[Record] = []
        size = 0
        tty = self.container.tty
        with self.engine.log(self.container.id, tail=tail, tty=tty) as got:
            some: Iterable[tuple[int, bytes]] = got
            if tty:
                some = ((1, record) for record in records_of_terminal(piece for _, piece in got))
            for stream, data in some:
                stamp, text = with_time(data)
                records.append((stream, seconds(stamp), text))
                size += len(text)
                if size > most:
                    return records, size, False
        return records, size, True


def _first(records: Sequence[Record], most: int) -> list[Record]:
    found: list[Record] = []
    for record in records:
        most -= len(record[2])
        if most < 0 and found:
            break
        found.append(record)
    return found


def _ended(records: Sequence[Record]) -> list[Record]:
    """The same; a line that is cut off at the end is ended, so that nothing of the newest part goes on in it."""
    last = {stream: (time, text) for stream, time, text in records}
    return [*records, *((stream, time, b"\n") for stream, (time, text) in last.items() if not text.endswith(b"\n"))]


def _last(records: Sequence[Record], most: int) -> list[Record]:
    found: deque[Record] = deque()
    for record in reversed(records):
        most -= len(record[2])
        if most < 0:
            break
        found.appendleft(record)
    return list(found)


def _unread(oldest: int, newest: int) -> str:
    parts = [f"its oldest {oldest / 1e6:.0f} MB"] if oldest else []
    parts.append(f"its newest {newest / 1e6:.0f} MB")
    return f"the log is long: {' and '.join(parts)} were read, the rest was not; lines are counted in what was read"


def _unreadable(container: Container, error: Refused) -> Missing:
    """No log, with the reason and the remedy."""
    driver = container.log_driver
    if driver == "none":
        return Missing(
            reason="the container keeps no log (log driver none); make it again without --log-driver none, or with "
            "--log-driver json-file"
        )
    if "does not support reading" in str(error):
        return Missing(
            reason=f"the log driver {driver} sends the log away and keeps nothing to read; look where it sends it "
            f"and give that to doctor triage, or make the container again with --log-driver json-file"
        )
    return Missing(reason=f"{error} (log driver {driver})")


def _bytes(lines: Sequence[Line]) -> Iterator[bytes]:
    """The text, in pieces of some size."""
    for begin in range(0, len(lines), 5000):
        yield b"\n".join(line.text for line in lines[begin : begin + 5000]) + b"\n"


def _completed(log: Log, lines: Sequence[Line], container: Container, unread: str | None) -> Log:
    """The log with what the engine told of its lines."""
    kept = sorted(set(log.numbers)) if log.numbers else range(1, len(lines) + 1)
    kept = [number for number in kept if number <= len(lines)]
    stderr = []
    for is_error, run in groupby(kept, key=lambda number: lines[number - 1].stream == STDERR):
        numbers = list(run)
        if is_error:
            stderr.append((numbers[0], numbers[-1]))
    return msgspec.structs.replace(
        log,
        stderr=tuple(stderr),
        starts=_starts(lines, container),
        unread=unread,
    )


def _starts(lines: Sequence[Line], container: Container) -> tuple[int, ...]:
    """The number of the first line behind each end of the container that the engine remembers."""
    times = list(accumulate((line.time for line in lines), max))  # the streams may be some microseconds apart
    found = {bisect_right(times, seconds(end.at.encode())) + 1 for end in container.state.ends}
    known = sorted(number for number in found if 1 < number <= len(lines))
    return (*_forgotten(lines, known, container.state.restarts), *known)


def _forgotten(lines: Sequence[Line], known: Sequence[int], restarts: int) -> tuple[int, ...]:
    """Starts before those that the engine remembers: where the line stands with which every known run begins.

    Only if all known runs begin alike, and there are no more such lines than runs: else the line is of another kind.
    """
    first = {_DIGITS.sub(b"0", lines[number - 1].text) for number in known}
    if len(first) != 1 or len(known) >= restarts:
        return ()
    alike = [at for at, line in enumerate(lines, 1) if at < known[0] and _DIGITS.sub(b"0", line.text) in first]
    older = tuple(at for at in alike if at > 1)
    return older if len(older) + len(known) <= restarts else ()


def seconds(stamp: bytes) -> float:
    """A time of the engine in seconds since the epoch; 0 where there is none."""
    if not stamp:
        return 0.0
    text = stamp.decode("ascii")
    if len(text) == _NANO and text[19] == "." and text[-1] == "Z":  # as the engine writes nearly all
        return _whole_seconds(text[:19] + "Z") + float(text[19:29])
    fraction = _FRACTION.search(text)
    if not fraction:
        return _whole_seconds(text)
    return _whole_seconds(text[: fraction.start()] + text[fraction.end() :]) + float(fraction[0])


@lru_cache(maxsize=16)  # most records of a second are beside each other
def _whole_seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def parse_since(text: str, now: float | None = None) -> float:
    """A time, a date, seconds since the epoch or a duration before now, as docker logs takes them; in seconds.

    A time without a zone is local. Raises ConfigError.
    """
    given = text.strip()
    if _DURATION.match(given):
        parts = re.findall(r"(\d+(?:\.\d+)?)(d|h|ms|m|s)", given)
        return (time.time() if now is None else now) - sum(float(number) * _UNITS[unit] for number, unit in parts)
    if re.fullmatch(r"\d{6,}(?:\.\d+)?", given):
        return float(given)
    try:
        return datetime.fromisoformat(given).timestamp()
    except (ValueError, OverflowError):
        raise ConfigError(
            f"--since `{text}` is no time; write a duration (10m, 1h30m) or a time (2026-11-20T18:00:00)"
        ) from None
