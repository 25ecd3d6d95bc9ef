"""Waiting for the server of a container that was just started."""

import http.client
import time
from dataclasses import dataclass

from checks.containers import Container
from checks.evidence import Logs
from checks.finding import Confidence, Severity
from checks.logs.findings import findings as findings_of_log
from doctor.containers.container_logs import collect_logs
from doctor.containers.engine import Engine
from doctor.containers.inspection import container_of
from doctor.errors import CannotExamine

POLL = 0.1  # seconds between two requests from outside
LOOK = 2.0  # seconds between two looks from inside, where requests come from outside, too
FAILING = 10.0  # seconds for which the log tells of an error that keeps the service from its start
ELSEWHERE = 5.0  # seconds that a server on another port has to itself, before it counts as the service
UNFINISHED = frozenset(
    f"logs.{name}" for name in ("init-never-returns", "log-ends-early", "log-empty", "no-failure-shown")
)
"""What is said of any log that goes no further: true of a server that still starts."""
MOST_LINES = 400  # of the log, the newest
PATIENCE = 1.0  # seconds for one request
_STARTING = frozenset({502, 503, 504})  # of a proxy whose server is not there yet
_NOT_THERE = 3
_ASK = """
import http.client, sys
def listening():
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table) as lines:
                for line in list(lines)[1:]:
                    words = line.split()
                    if words[3] == "0A":
                        yield int(words[1].rpartition(":")[2], 16)
        except OSError:
            pass
def answers(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status not in STARTING
    except (OSError, http.client.HTTPException):
        return False
found = set(listening()) or {PORT}
if PORT in found:
    sys.exit(0 if answers(PORT) else 1)
sys.exit(ELSEWHERE if any(answers(port) for port in sorted(found)[:8]) else 1)
"""


@dataclass(frozen=True)
class Served:
    """What became of the server: whether it answered, in how many seconds, told in a note."""

    answered: bool
    note: str


def await_server(engine: Engine, container: Container, interpreter: str | None, port: int, patience: float) -> Served:
    """Wait until the server of a running container gives an HTTP answer or has ended, `patience` seconds at most.

    It is asked at its published `port`, where that is on this machine; and from inside, with `interpreter`, where also
    a server on another port is found. Raises CannotExamine when the engine does not answer.
    """
    began = time.monotonic()
    looked, elsewhere, failing = began, 0.0, 0.0
    while (passed := time.monotonic() - began) < patience:
        found = engine.inspect(container.id)
        if not found["State"]["Running"]:
            return Served(False, f"the server ended after {time.monotonic() - began:.1f} s")
        host_port = None if engine.info.remote else _host_port(found, port)
        if host_port is not None and _answers(host_port):
            return Served(True, f"the server answered after {time.monotonic() - began:.1f} s")
        is_time = time.monotonic() - looked > LOOK
        if is_time:
            looked = time.monotonic()
            failing = (failing or passed) if _fails(engine, container_of(engine, found)) else 0.0
            if failing and passed - failing >= FAILING:
                return Served(False, f"the server did not answer within {passed:.0f} s, and its log tells of an error")
        if interpreter and (host_port is None or is_time):
            code = _asked_inside(engine, container, interpreter, port)
            if code == 0:
                return Served(True, f"the server answered after {time.monotonic() - began:.1f} s, asked from inside")
            if code != _NOT_THERE:
                elsewhere = 0.0
            elif not elsewhere:
                elsewhere = passed or POLL
            elif passed - elsewhere >= ELSEWHERE:
                return Served(True, f"a server answered after {elsewhere:.1f} s, and none on port {port}")
        time.sleep(POLL)
    return Served(False, f"the server did not answer within {patience:g} s (--timeout)")


def _fails(engine: Engine, container: Container) -> bool:
    """Whether the log tells what keeps the service from its start."""
    logs = collect_logs(engine, container, tail=MOST_LINES)
    items = logs.items if isinstance(logs, Logs) else ()
    return any(
        one.gravity is Severity.ERROR and one.confidence is not Confidence.POSSIBLE and one.id not in UNFINISHED
        for log in items
        for one in findings_of_log(log)
    )


def _host_port(found: dict[str, object], port: int) -> int | None:
    settings = found.get("NetworkSettings")
    ports = settings.get("Ports") or {} if isinstance(settings, dict) else {}
    for binding in ports.get(f"{port}/tcp") or ():
        if str(binding.get("HostPort", "")).isdigit():
            return int(binding["HostPort"])
    return None


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status not in _STARTING
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _asked_inside(engine: Engine, container: Container, interpreter: str, port: int) -> int | None:
    """0 where the port answers, _NOT_THERE where only others do; anything else is no answer."""
    script = "\n".join(
        (
            f"PORT, SECONDS, ELSEWHERE, STARTING = {port}, {PATIENCE}, {_NOT_THERE}, {sorted(_STARTING)}",
            _ASK,
        )
    )
    try:
        return engine.execute(container.id, [interpreter, "-I", "-c", script]).code
    except CannotExamine:
        return None  # it ended in between
