"""Requests that doctor itself sent: what a service wrote about them tells nothing of its clients.

No request id is in the log of the inference server: it is echoed, and goes to Application Insights alone
(azureml-inference-server-http 1.5.1, `server/routes.py`). What stands there is the user agent, in gunicorn's access
line, behind everything else that the same process wrote while it answered.
"""

import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

import msgspec

from checks.evidence import Log
from checks.logs.lines import Line, read_lines
from checks.logs.requests import NOT_READY, READY

AGENT = "deployment-doctor"
"""The user agent of every request that doctor sends; behind it, in brackets, the id of the request."""
MOST = 20_000  # lines that are looked through for one request
_OWN = re.compile(rf'"{AGENT}(?:/\S+)?(?: \((?P<id>[\w-]+)\))?"')
_ENDED = re.compile(r'(?:^|")(?P<request>[A-Z]{3,7} /[^\s"?]*)\S*(?: HTTP/\d(?:\.\d)?"?)? (?P<status>[1-5]\d\d)\b')
_STARTS = re.compile(f"{READY}|{NOT_READY}")


def agent(request_id: str = "") -> str:
    """The user agent of one request."""
    return f"{AGENT} ({request_id})" if request_id else AGENT


def marked(log: Log, but: Container[str] = ()) -> Log:
    """The log with the lines told that belong to requests of doctor's, but for those with these ids."""
    if AGENT not in log.text:
        return log
    lines = read_lines(log)
    numbers = sorted({lines[at].number for _, some in own_requests(lines, but) for at in some})
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), key=lambda one: one[1] - one[0])]
    return msgspec.structs.replace(log, own=tuple((run[0], run[-1]) for run in runs))


def own_requests(lines: Sequence[Line], but: Container[str] = ()) -> Iterator[tuple[str, list[int]]]:
    """Each request of doctor's: its id, and the positions of its lines, ascending. The last is the access line."""
    for at, line in enumerate(lines):
        found = _OWN.search(line.text)
        if found is not None and (found["id"] or "") not in but:
            yield found["id"] or "", _of_request(lines, at)


def _of_request(lines: Sequence[Line], at: int) -> list[int]:
    """What the process of an access line wrote since it ended the request before, or became ready."""
    line, found = lines[at], [at]
    ended = _ENDED.search(line.text)
    said_twice = False  # the server's own line stands above that of gunicorn
    for before in range(at - 1, max(at - MOST, 0) - 1, -1):
        other = lines[before]
        if (other.process, other.stream) != (line.process, line.stream):
            continue
        if _STARTS.search(other.text):
            break
        if same := _ENDED.search(other.text):
            is_same = ended is not None and same["request"] == ended["request"] and same["status"] == ended["status"]
            if said_twice or _names_agent(other.text) or not is_same:
                break
            said_twice = True
        found.append(before)
    return found[::-1]


def _names_agent(text: str) -> bool:
    """True for an access line in the combined format, which is the last that is written of a request."""
    return text.rstrip().endswith('"')


@lru_cache(maxsize=8)
def of_others(log: Log) -> Log:
    """The log with empty lines for those of doctor's own requests; the same where it has none."""
    if not log.own:
        return log
    texts = log.text.split("\n")
    numbers: Sequence[int] = log.numbers or range(1, len(texts) + 1)
    own = {number for first, last in log.own for number in range(first, last + 1)}
    left = (text if number not in own else "" for number, text in zip(numbers, texts, strict=False))
    return msgspec.structs.replace(log, text="\n".join(left))
