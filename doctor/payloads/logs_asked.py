"""The log of a container or a pod around one request: asked before it is sent, and again where it failed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import msgspec

from checks.cluster.pods import Pod
from checks.containers import Container
from doctor.cluster.api import Api, Refused
from doctor.containers.container_logs import Record, seconds
from doctor.containers.unweaving import lines_of, with_time
from doctor.errors import CannotExamine
from doctor.payloads.logged import Listening, Read
from doctor.payloads.records import Sent

PATIENCE = 5  # seconds for the engine
MOST = 5_000  # records
_STAMP = re.compile(r"(.{19})(?:\.(\d+))?(.*)")


@dataclass(frozen=True)
class Beside:
    """What listens to the log; None where it cannot be read."""

    listening: Listening | None

    def beside(self, sent: Sent) -> Sent:
        """The answer with what was logged, where it is a failure."""
        if self.listening is None or not sent.failed:
            return sent
        with suppress(CannotExamine, Refused):
            return msgspec.structs.replace(sent, logged=self.listening.heard(sent.request_id))
        return sent


@contextmanager
def of_container(container: Container) -> Iterator[Beside]:
    """The log that the engine keeps. An engine that does not answer, or keeps none, is no reason not to send."""
    from doctor.containers.engine import connect
    from doctor.containers.following import records_after

    try:
        engine = connect(PATIENCE)
    except CannotExamine:
        yield Beside(None)
        return

    def read(since: str) -> tuple[str, list[str]]:
        tail = MOST if since else 1
        found = list(records_after(engine, container.id, since, tty=container.tty, tail=tail))
        newest = max((at for at, _ in found), default=since)
        return newest, _texts([record for _, record in found]) if since else []

    with engine:
        yield _beside(f"docker logs {container.name}", read)


def of_pod(api: Api, pod: Pod, container: str) -> Beside:
    """The log of a container of a pod, as the API server gives it."""
    from doctor.logs.spooling import lines_of as whole_lines_of

    path = f"/api/v1/namespaces/{pod.metadata.namespace}/pods/{pod.name}/log"

    def read(since: str) -> tuple[str, list[str]]:
        query: dict[str, str | int | bool] = {"container": container, "timestamps": True}
        query |= {"sinceTime": "{0}{2}".format(*_parts(since)), "tailLines": MOST} if since else {"tailLines": 1}
        with api.opened(path, query) as pieces:
            found = [with_time(line) for line in whole_lines_of(pieces)]
        stamped = [(at.decode(), text) for at, text in found]
        newest = max((at for at, _ in stamped if at), key=_parts, default=since)
        if not since:
            return newest, []
        new = [(at, text) for at, text in stamped if at and _parts(at) > _parts(since)]
        return newest, _texts([(1, seconds(at.encode()), text + b"\n") for at, text in new])

    return _beside(f"kubectl logs {pod.name} -c {container} -n {pod.metadata.namespace}", read)


def _parts(stamp: str) -> tuple[str, str, str]:
    """A time to the second, its fraction, of which a server leaves out zeros at the end, and the zone."""
    found = _STAMP.match(stamp)
    assert found
    return found[1], (found[2] or "").ljust(9, "0"), found[3]


def _beside(source: str, read: Read) -> Beside:
    try:
        return Beside(Listening(source, read))
    except (CannotExamine, Refused):
        return Beside(None)


def _texts(records: list[Record]) -> list[str]:
    return [line.text.decode("utf-8", "replace") for line in lines_of(records)]
