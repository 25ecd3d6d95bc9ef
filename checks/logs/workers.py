"""Readers for workers that died: who killed them, told by the lines around."""

import re
from collections.abc import Mapping

from checks.logs.place import Place, Reader

_PID = re.compile(r"[Ww]orker (?:\(pid:\s?|with pid )(\d+)")
_SHUTDOWN = re.compile(r"Handling signal: (?:term|int|quit)|Shutting down: Master|Received SIGTERM|Stopping container")
_BEGINS = re.compile(r"Starting gunicorn \d|Listening at: ")
_BOOTING = re.compile(r"Booting worker with pid: ?(\d+)")
_TOLD = re.compile(
    r"Worker exiting|exited with code|Traceback|WORKER TIMEOUT|was sent |terminated due to signal"
    r"|Autorestarting|Handling signal|Shutting down|Reloading|Error\b|Exception"
)
_WORKING = re.compile(r"Initializing logger|Invoking user's init function|Starting up app insights client|SPARK_HOME")
_WORKERS = re.compile(r"Worker Count: (\d+)")


def _killed(place: Place, _fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Nothing more to read; refused where gunicorn itself killed the worker: after a timeout, or while it stops."""
    found = _PID.search(place.lines[place.position].text)
    timeout = f"WORKER TIMEOUT (pid:{found[1]})" if found else "WORKER TIMEOUT"
    for line in reversed(place.lines[: place.position]):
        if timeout in line.text or _SHUTDOWN.search(line.text):
            return None
        if _BEGINS.search(line.text):
            break
    return {}


def _respawned(place: Place, _fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refused unless a worker was at work before and nothing was said of its end."""
    own = _BOOTING.search(place.lines[place.position].text)
    booted, worked, workers = 0, False, 1
    for line in reversed(place.lines[: place.position]):
        if _TOLD.search(line.text):
            return None
        if _BEGINS.search(line.text):
            break
        worked = worked or _WORKING.search(line.text) is not None
        if counted := _WORKERS.search(line.text):
            workers = max(workers, int(counted[1]))
        if (other := _BOOTING.search(line.text)) and own and other[1] != own[1]:
            if booted == 0 and not worked:
                return None  # one of several that start together
            booted += 1
    return {} if worked and booted >= workers else None


READERS: dict[str, Reader] = {"killed": _killed, "respawned": _respawned}
"""By the name that signatures use."""
