"""What a service wrote about one request: the lines that came after it was sent, those of the request alone where the
log names it, and which of them is the line of the script.
"""

import time
from collections.abc import Callable, Sequence

from checks.evidence import Log, Raised
from checks.logs.lines import Line, read_lines
from checks.logs.own_requests import own_requests
from checks.logs.tracebacks import find_tracebacks
from doctor.payloads.records import Logged
from doctor.redact import redact_lines

PATIENCE = 1.5  # seconds that a server has to write down what it answered
LOOK = 0.1  # seconds between two looks
LONG_AGO = "1970-01-02T00:00:00Z"
MOST = 200  # lines that travel; the last ones

Read = Callable[[str], tuple[str, list[str]]]
"""Gives the time of the newest record, and the lines after a time; of an empty time none. Raises CannotExamine."""


class Listening:
    """Begins before a body is sent; `heard` is asked once the answer is there."""

    def __init__(self, source: str, read: Read) -> None:
        self._source, self._read = source, read
        self._since = read("")[0] or LONG_AGO  # nothing was written yet

    def heard(self, request_id: str) -> Logged | None:
        """What was written since, as soon as the request is named, or nothing more comes. Raises CannotExamine."""
        until = time.monotonic() + PATIENCE
        before: list[str] = []
        while True:
            lines = self._read(self._since)[1]
            is_named = bool(request_id) and any(request_id in line for line in lines)
            if is_named or (lines and lines == before) or time.monotonic() > until:
                return logged(self._source, lines, request_id)
            before = lines
            time.sleep(LOOK)


def logged(source: str, texts: Sequence[str], request_id: str) -> Logged | None:
    """What lines say of a request; None where there is no line."""
    lines = read_lines(Log(source=source, text=redact_lines("\n".join(texts)).rstrip("\n")))
    named = next((some for one, some in own_requests(lines) if request_id and one == request_id), None)
    kept = range(len(lines)) if named is None else named
    shown = [lines[at] for at in kept if not lines[at].derived and lines[at].raw.strip()][-MOST:]
    if not shown:
        return None
    where, said = _telling(shown)
    return Logged(
        source=source,
        lines=tuple(line.raw for line in shown),
        where=where,
        said=said,
        named=named is not None,
    )


def of_rehearsal(raised: Raised | None, said: str) -> Logged | None:
    """The same of a rehearsal: its traceback, and what the script wrote while it ran."""
    lines = [one.rstrip() for one in redact_lines(said).splitlines() if one.strip()]
    where = None
    if raised is not None:
        frame = raised.root.own_frame or raised.own_frame
        lines.append("Traceback (most recent call last):")
        for one in raised.root.frames:
            lines.append(f'  File "{one.path}", line {one.line}, in {one.function}')
            where = len(lines) - 1 if one is frame else where
            lines += [f"    {one.code}"] if one.code else []
        lines += raised.root.headline.splitlines()
    lines = redact_lines("\n".join(lines)).split("\n") if lines else []
    headline = (len(lines) - len(raised.root.headline.splitlines()),) if raised else ()
    return Logged(source="", lines=tuple(lines), where=where, said=headline[0] if headline else None) if lines else None


def _telling(lines: Sequence[Line]) -> tuple[int | None, int | None]:
    """Where the line of the script stands that failed, and where the exception is named."""
    for traceback in find_tracebacks(lines):
        block = traceback.met(traceback.root)
        frame = block.own_frame
        wanted = f"line {frame.line}, in {frame.function}" if frame else ""
        at = next((one for one in block.positions if frame and wanted in lines[one].text), None)
        return at, traceback.root.headline
    return None, None
