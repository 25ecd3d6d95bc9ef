"""Changes of a container, from the engine's own stream of events."""

from collections.abc import Iterator
from typing import Any

from doctor.errors import CannotExamine
from doctor.watching.change import Change, Stop

ACTIONS = ("start", "die", "oom", "health_status", "restart", "rename", "destroy", "pause", "unpause")
SOON, LATE = 1.0, 30.0  # seconds between attempts to reach an engine that is gone


def changes_of_container(name: str, stop: Stop) -> Iterator[Change]:
    """Each change of what bears the name, today's container or one that is made anew; also the engine's own comings."""
    last: int | None = None
    health: dict[str, str] = {}
    pause, is_there = SOON, True
    while not stop.is_set():
        try:
            for event in _events(stop, last):
                if not event:  # connected
                    if not is_there:
                        yield Change("the Docker engine is back")
                    pause, is_there = SOON, True
                    continue
                moment = int(event.get("timeNano") or 0)
                if last is not None and moment <= last:
                    continue  # told before the connection was lost
                last = moment or last
                if told := _told(event, name, health):
                    yield Change(told)
        except CannotExamine:
            pass
        if stop.is_set():
            return
        if is_there:
            is_there = False
            yield Change("the Docker engine does not answer")
        stop.wait(pause)
        pause = min(pause * 2, LATE)


def _events(stop: Stop, last: int | None) -> Iterator[dict[str, Any]]:
    """An empty one once connected, then each event until the engine hangs up."""
    import docker.errors
    import requests
    import urllib3.exceptions

    from doctor.containers.engine import connect

    try:
        with connect() as engine:
            since = None if last is None else last // 10**9
            filters = {"type": "container", "event": list(ACTIONS)}
            stream = engine.api.events(since=since, filters=filters, decode=True)
            with stop.ending(stream.close):
                yield {}
                yield from stream
    except (
        docker.errors.DockerException,
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
        ValueError,
    ):
        return


def _told(event: dict[str, Any], name: str, health: dict[str, str]) -> str | None:
    """What an event says of the container; None for another one's, and for health that is as it was."""
    actor = event.get("Actor") or {}
    attributes = actor.get("Attributes") or {}
    identity, called = str(actor.get("ID", "")), str(attributes.get("name", ""))
    before = str(attributes.get("oldName", "")).lstrip("/")
    if name not in {called, before} and not (len(name) >= 4 and identity.startswith(name)):
        return None
    action, _, more = str(event.get("Action") or event.get("status") or "").partition(": ")
    if action == "health_status":
        state = more or str(attributes.get("health_status", ""))
        if state == "running" or health.get(identity) == state:  # a probe that changed nothing
            return None
        health[identity] = state
        return f"{called} is {state}"
    if action in {"die", "died"}:
        code = attributes.get("exitCode", attributes.get("containerExitCode", ""))
        return f"{called} ended with exit code {code}" if code else f"{called} ended"
    return {
        "start": f"{called} started",
        "restart": f"{called} restarted",
        "oom": f"{called} ran out of memory",
        "rename": f"{before} is now called {called}",
        "destroy": f"{called} was removed",
        "remove": f"{called} was removed",
        "pause": f"{called} was paused",
        "unpause": f"{called} goes on",
    }.get(action)
