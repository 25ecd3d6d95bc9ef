"""From the records of a container's two streams to lines: one record may be a part of a line, and a traceback on one
stream may have lines of the other in its middle. Those are put behind it, as nothing else is moved.

Source of the parts: docker's json-file, local and journald drivers cut lines at 16 kB.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

PART = 16 * 1024  # bytes of a line that the engine keeps in one record
MOST_HELD = 500  # lines that wait for the end of a traceback
LONGEST_WAIT = 0.5  # seconds of the log's time
LONGEST_LINE = 1 << 20  # bytes; what is longer becomes several lines

_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) ")
_BEGINS = re.compile(rb"(?:.{0,200}\W)?Traceback \(most recent call last\)|\s*\+ Exception Group Traceback")
_GOES_ON = re.compile(rb"\s|\Z|During handling of the above|The above exception was|Traceback \(most recent")


@dataclass(slots=True)
class Line:
    """One line without its end; `time` is in seconds since the epoch, that of its first part."""

    stream: int
    time: float
    text: bytes


def with_time(record: bytes) -> tuple[bytes, bytes]:
    """The time that the engine put before a record, and the record; no time where there is none."""
    found = _STAMP.match(record)
    return (found[1], record[found.end() :]) if found else (b"", record)


def records_of_terminal(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The records of a log without frames: lines with their ends, and the parts of longer ones, each with its time."""
    held = b""
    for piece in pieces:
        *lines, held = (held + piece).split(b"\n")
        for line in lines:
            yield from _parts(line + b"\n")
        if len(held) > 4 * PART:
            *whole, held = _parts(held)
            yield from whole
    if held:
        yield from _parts(held)


def _parts(line: bytes) -> Iterator[bytes]:
    """A part is as long as a record can be, and behind it stands the time of the next."""
    while True:
        head = _STAMP.match(line)
        end = (head.end() if head else 0) + PART
        if not _STAMP.match(line, end):
            yield line
            return
        yield line[:end]
        line = line[end:]


@dataclass(slots=True)
class _Stream:
    """What one stream has not finished: a line, and a traceback. `waits`: it may go on after the headline."""

    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    time: float = 0.0
    last: float = 0.0
    inside: bool = False
    waits: bool = False


def lines_of(records: Iterable[tuple[int, float, bytes]]) -> Iterator[Line]:
    """The lines of records: stream, time and bytes of each, in the order of the log."""
    streams: dict[int, _Stream] = {}
    held: list[Line] = []
    for line in _whole(records, streams):
        own = streams[line.stream]
        other = _other(streams, line.stream) if len(streams) > 1 else None
        if other and len(held) < MOST_HELD and line.time - other.last <= LONGEST_WAIT:
            held.append(line)
            continue
        if other:
            other.inside = other.waits = False
        _see(own, line)
        if held and not own.waits:  # the traceback ended before this line
            for one in held:
                _see(streams[one.stream], one)
            yield from held
            held.clear()
        yield line
    yield from held


def _other(streams: dict[int, _Stream], number: int) -> _Stream | None:
    """Another stream whose traceback may go on."""
    for its, one in streams.items():
        if its != number and one.waits:
            return one
    return None


def _see(stream: _Stream, line: Line) -> None:
    """Note whether a traceback goes on behind this line."""
    if b"Traceback" in line.text and _BEGINS.match(line.text):
        stream.inside = stream.waits = True
    elif stream.inside:
        stream.inside = bool(_GOES_ON.match(line.text))  # or else it is the headline, and a chain may follow
    elif stream.waits:
        stream.waits = bool(_GOES_ON.match(line.text))
    stream.last = line.time


def _whole(records: Iterable[tuple[int, float, bytes]], streams: dict[int, _Stream]) -> Iterator[Line]:
    """Parts put together; a line that no line feed ends comes at the end."""
    for number, time, data in records:
        stream = streams.get(number)
        if stream is None:
            stream = streams[number] = _Stream()
        if not stream.parts:
            if data.endswith(b"\n"):
                yield Line(number, time, data[:-1])
                continue
            stream.time = time
        stream.parts.append(data)
        stream.size += len(data)
        if data.endswith(b"\n") or stream.size > LONGEST_LINE:
            yield _finished(stream, number)
    for number, stream in streams.items():
        if stream.parts:
            yield _finished(stream, number)


def _finished(stream: _Stream, number: int) -> Line:
    text = b"".join(stream.parts).removesuffix(b"\n")
    stream.parts.clear()
    stream.size = 0
    return Line(number, stream.time, text)
