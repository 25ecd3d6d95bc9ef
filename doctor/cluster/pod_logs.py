"""Logs of containers: current and previous, several at a time, long ones only at both ends.

A server cuts a log at `limitBytes` from the beginning of what `tailLines` leaves, so that the end would be lost: fewer
lines are asked for then. Source: `ReadLogs` of the kubelet.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from checks.cluster.subject import Unseen
from checks.evidence import Log
from checks.logs.own_requests import marked
from doctor.cluster.api import Api, Refused, Unanswered
from doctor.cluster.rights import rule
from doctor.cluster.side_by_side import side_by_side
from doctor.containers.unweaving import with_time
from doctor.logs.reading import read_text
from doctor.redact import redact, redact_lines

MOST_LINES = 5000
MOST_BYTES = 4 << 20
OLDEST = 512 << 10  # bytes of the beginning of a log that is longer than MOST_LINES
AT_ONCE = 8
TRIES = 2  # a node that is gone lets each of them wait
PARTS = (8 << 10, 16 << 10)
"""Bytes of a long line that a runtime keeps in one record: conmon's, then those of dockerd and containerd."""

_FAILED = re.compile(
    rb"(?:unable to retrieve container logs for|failed to (?:try resolving symlinks|open log file|tail|get container)"
    rb"|rpc error: code = |(?:Error: )?No such container)"
)
"""What a kubelet writes in place of a log that it cannot read, with status 200."""


@dataclass(frozen=True)
class Wanted:
    """One log of one container."""

    namespace: str
    pod: str
    container: str
    previous: bool = False

    @property
    def source(self) -> str:
        """How it is named in evidence: the words that show it."""
        words = ["kubectl logs", self.pod, "-c", self.container, "-n", self.namespace]
        return " ".join([*words, *(["--previous"] if self.previous else [])])


@dataclass(frozen=True)
class _Bounds:
    """What a person limits logs to."""

    since: dict[str, str | int]
    tail: int | None


def read_logs(
    api: Api, wanted: Sequence[Wanted], *, since: str | None = None, tail: int | None = None
) -> dict[Wanted, Log | Unseen]:
    """Read logs concurrently, redacted, at most MOST_LINES lines and MOST_BYTES each: the last ones, and of a longer
    log its first OLDEST bytes.

    `since` is kubectl's duration (`10m`) or time. What a server refuses (no such container yet, no previous log, no
    right) is Unseen; an empty log is a Log without text. Raises CannotExamine where no server answers.
    """
    bounds = _Bounds(_since(since), tail)
    unique = list(dict.fromkeys(wanted))
    return dict(zip(unique, side_by_side(lambda one: _read(api, one, bounds), unique, AT_ONCE), strict=True))


def _since(since: str | None) -> dict[str, str | int]:
    """As the server takes it: a duration by its own clock, or a time. Raises ConfigError for neither."""
    if since is None:
        return {}
    from datetime import UTC, datetime

    from doctor.containers.container_logs import parse_since

    seconds = parse_since(since, now=0.0)
    if seconds <= 0:
        return {"sinceSeconds": max(1, math.ceil(-seconds))}
    return {"sinceTime": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"}


def _read(api: Api, one: Wanted, bounds: _Bounds) -> Log | Unseen:
    try:
        body, unread = _ends(api, one, bounds)
    except Refused as error:
        needed = rule("pods/log", "get") if error.status == 403 else ""
        return Unseen(what=one.source, reason=str(error), rule=needed)
    except Unanswered as error:
        if not api.answered:
            raise
        return Unseen(what=one.source, reason=str(error))
    if _FAILED.match(body) and body.count(b"\n") < 3:
        return Unseen(what=one.source, reason=redact(" ".join(body.decode("utf-8", "replace").split())))
    log = read_text(one.source, iter([b"\n".join(whole_lines(body.split(b"\n")))]))
    return marked(msgspec.structs.replace(log, text=redact_lines(log.text), unread=unread or log.unread))


@dataclass(frozen=True)
class _Newest:
    """The last lines, as they came. `shortened`: fewer than were wanted, because they are long."""

    body: bytes
    shortened: bool

    @property
    def most_records(self) -> int:
        """How many records these can be at most; a server counts them, and a long line is several."""
        return sum(1 + len(line) // PARTS[0] for line in self.body.split(b"\n")[:-1])


def _ends(api: Api, one: Wanted, bounds: _Bounds) -> tuple[bytes, str | None]:
    """The last lines, before them the first ones where there are more, and what was not read."""
    limit = min(bounds.tail or MOST_LINES, MOST_LINES)
    newest = _newest(api, one, bounds, limit)
    lines = newest.body.count(b"\n")
    if not newest.shortened and (limit == bounds.tail or newest.most_records < limit):
        return newest.body, None
    if bounds.tail:
        return newest.body, f"the log is long: its newest {lines} lines were read, the rest was not"
    oldest = _get(api, one, {**bounds.since, "limitBytes": OLDEST}, OLDEST)
    first, _ = with_time(newest.body[: newest.body.find(b"\n") + 1])
    there = oldest.split(b"\n")[:-1]
    before = [line for line in there if not first or with_time(line + b"\n")[0] < first]
    both = b"\n".join([*before, newest.body])
    if len(oldest) < OLDEST or len(before) < len(there):
        return both, None  # both ends meet
    return both, (
        f"the log is long: its oldest {len(before)} lines and its newest {lines} were read, the rest was not; "
        "lines are counted in what was read"
    )


def _newest(api: Api, one: Wanted, bounds: _Bounds, lines: int) -> _Newest:
    """The last lines, fewer of them where they are long."""
    shortened = False
    while True:
        body = _get(api, one, {**bounds.since, "tailLines": lines, "limitBytes": MOST_BYTES}, MOST_BYTES)
        if len(body) < MOST_BYTES or lines <= 1:
            return _Newest(body, shortened)
        # The end is missing: as many lines as were whole, and a few less, for the next are as long.
        lines, shortened = max(1, min(body.count(b"\n") * 4 // 5, lines // 2)), True


def _get(api: Api, one: Wanted, query: dict[str, str | int], most: int) -> bytes:
    more = {"previous": True} if one.previous else {}
    path = f"/api/v1/namespaces/{one.namespace}/pods/{one.pod}/log"
    return api.get(path, {"container": one.container, "timestamps": True, **more, **query}, most=most, tries=TRIES)


def whole_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines without their times; parts of a long one are put together again."""
    for line in lines:
        text = with_time(line)[1]
        yield _joined(text) if len(text) > PARTS[0] else text


def _joined(text: bytes) -> bytes:
    """A long line without the times that older kubelets put before each part of it."""
    parts = []
    while True:
        for size in PARTS:
            stamp, rest = with_time(text[size:])
            if stamp:
                parts.append(text[:size])
                text = rest
                break
        else:
            return b"".join([*parts, text])
