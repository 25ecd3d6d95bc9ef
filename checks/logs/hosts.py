"""Readers for connections that failed: the host that was meant stands on the line, or on one near it."""

import re
from collections.abc import Mapping
from itertools import pairwise

from checks.logs.frames import plain
from checks.logs.place import Place, Reader

AHEAD, BACK = 400, 25
"""How many lines are searched: a chain of exceptions names the host after the error of the socket."""

_NAME = r"(?P<host>(?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9-]+|localhost|\[[0-9a-fA-F:]+\])"
_HOSTS = (
    re.compile(r"HTTPS?ConnectionPool\(host=['\"](?P<host>[^'\"]+)['\"]"),
    re.compile(r"host='(?P<host>[\w.-]+)', port="),
    re.compile(rf"Cannot connect to host {_NAME}"),
    re.compile(rf"Failed to (?:resolve|connect to) '?{_NAME}"),
    re.compile(rf"(?i)could not resolve host:? '?{_NAME}"),
    re.compile(rf"unable to resolve host address [‘'\"`]{_NAME}"),
    re.compile(rf"could not translate host name \"{_NAME}"),
    re.compile(rf"unable to access 'https?://(?:[^@/']+@)?{_NAME}"),
    re.compile(rf"(?:lookup|no such host:?|ENOTFOUND|EAI_AGAIN|UnknownHostException:) {_NAME}"),
    re.compile(rf"(?:dial tcp:?|connection to|server at|connecting to|connect to) \"?{_NAME}"),
    re.compile(rf"URLs?: ?<?https?://(?:[^@/\s]+@)?{_NAME}"),
    re.compile(rf"https?://(?:[^@/\s]+@)?{_NAME}"),
)
_ADDRESS = re.compile(r"[\"']\w+://(?:[^@/\s\"']+@)?(?P<host>[A-Za-z0-9][\w.-]*)")
_DOCUMENTS = ("docs.", "aka.ms", "learn.microsoft.com", "stackoverflow.com", "requests.readthedocs.io", "www.w3.org")
"""Sites whose addresses stand in messages as further reading."""


def _told(text: str, patterns: tuple[re.Pattern[str], ...]) -> str | None:
    for pattern in patterns:
        for found in pattern.finditer(text):
            host = found["host"]
            if not host.startswith(_DOCUMENTS) and ("." in host or ":" in host or host == "localhost"):
                return host
    return None


def _host(place: Place, fields: Mapping[str, str]) -> Mapping[str, str]:
    """`host` (in backticks) and `name` (bare): from the line itself, else from lines near it; left out when unnamed."""
    if "name" in fields:
        return {"host": f"`{fields['name']}`"}
    if here := _told(place.lines[place.position].text, _HOSTS):
        return {"host": f"`{here}`", "name": here}
    first = place.position
    for line in (*place.lines[first + 1 : first + AHEAD], *reversed(place.lines[max(0, first - BACK) : first])):
        if near := _told(line.text, _HOSTS[:-1]):
            return {"host": f"`{near}`", "name": near}
    written = _written(place)
    return {"host": f"`{written}`", "name": written} if written else {}


def _written(place: Place) -> str | None:
    """The host of an address that the person's own code calls, in the traceback that ends in the failure."""
    near = place.lines[place.position + 1 : place.position + AHEAD]
    own = place.block.own_frame if place.block else None
    code = [own.code] if own else []
    code += [after.text for line, after in pairwise(near) if (frame := plain(line.text)) and frame.own]
    found = (_ADDRESS.search(text) for text in code)
    return next((match["host"] for match in found if match), None)


READERS: dict[str, Reader] = {"host": _host}
"""By the name that signatures use."""
