"""Containers of the tests: started as `docker run` would, waited for, removed."""

import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection
from typing import Any
from uuid import uuid4

import docker.errors
from docker.api.client import APIClient
from docker.types import Healthcheck, Mount
from docker.utils.ports import build_port_bindings
from images import LABEL
from sample_services import ContainerService, Run, Wait

SECOND = 1_000_000_000  # the engine counts in nanoseconds


@dataclass(frozen=True)
class Started:
    """A container of a sample, in the state in which it is looked at. `folder` is a copy of the sample's folder."""

    id: str
    name: str
    service: ContainerService
    folder: Path


def start(api: APIClient, image: str, run: Run, folder: Path | None = None, *, may_fail: bool = False) -> str:
    """Create and start a container and give its id; one that the engine refuses to start stays created.

    Raises what docker-py raises; with `may_fail` not for the start.
    """
    bindings = build_port_bindings(run.ports)
    host = api.create_host_config(
        port_bindings=bindings,
        mem_limit=run.memory,
        memswap_limit=run.memory,
        tmpfs=run.tmpfs or None,
        mounts=[_mount(each, folder) for each in run.mounts],
        read_only=run.read_only,
        restart_policy=_restart(run.restart),
        **run.host,
    )
    health = dict(run.health)
    for key in ("interval", "timeout", "start_period"):
        if key in health:
            health[key] = int(health[key] * SECOND)
    made = api.create_container(
        image,
        command=run.command,
        entrypoint=run.entrypoint,
        environment=run.environment,
        ports=[tuple(port.split("/")) if "/" in port else port for port in bindings],
        user=run.user,
        working_dir=run.working_dir,
        platform=run.platform,
        healthcheck=Healthcheck(**health) if health else None,
        labels={**run.labels, LABEL: "container"},
        host_config=host,
        name=f"test-{run.name or 'container'}-{uuid4().hex[:8]}",
    )
    container: str = made["Id"]
    try:
        api.start(container)
    except docker.errors.APIError:
        if not may_fail:
            remove(api, container)
            raise
    except BaseException:
        remove(api, container)
        raise
    return container


def remove(api: APIClient, container: str) -> None:
    """Remove a container and its volumes without a name, whatever state it is in."""
    with suppress(docker.errors.APIError):
        api.unpause(container)
    with suppress(docker.errors.NotFound):
        api.remove_container(container, v=True, force=True)


def _restart(policy: str) -> dict[str, Any]:
    name, _, most = policy.partition(":")
    return {"Name": name, "MaximumRetryCount": int(most or 0)}


def _mount(mount: dict[str, Any], folder: Path | None) -> Mount:
    source, target, read_only = str(mount["source"]), str(mount["target"]), bool(mount.get("read_only"))
    if source.startswith("volume:"):
        return Mount(target, source.removeprefix("volume:") or None, type="volume", read_only=read_only)
    path = Path(source) if folder is None else folder / source
    return Mount(target, str(path.resolve()), type="bind", read_only=read_only)


def wait_for(api: APIClient, container: str, wait: Wait) -> None:
    """Wait until the container is in a state. Raises AssertionError with its log when that takes too long."""
    give_up = time.monotonic() + wait.seconds
    while not _is_there(api, container, wait.until, wait.times):
        assert time.monotonic() < give_up, f"not {wait.until} after {wait.seconds} s:\n{told(api, container)}"
        time.sleep(0.1)


def _is_there(api: APIClient, container: str, until: str, times: int) -> bool:
    if until.startswith("log:"):
        return bool(api.logs(container).count(until.removeprefix("log:").encode()) >= times)
    found = api.inspect_container(container)
    state = found["State"]
    if until == "restarting":
        return bool(found["RestartCount"])
    if until == "unhealthy":
        return bool(state.get("Health", {}).get("Status") == "unhealthy")
    if until in {"exited", "running"}:
        return bool(state["Status"] == until)
    if until == "not-started":
        return state["Status"] in {"created", "exited"} and bool(state["Error"])
    assert state["Running"], f"it has ended before it was {until}:\n{told(api, container)}"
    return _answers(found) if until == "answers" else _listens(found)


def told(api: APIClient, container: str) -> str:
    """State and end of the log, to read when a test fails."""
    return f"{api.inspect_container(container)['State']}\n{api.logs(container, tail=60).decode(errors='replace')}"


def published(api: APIClient, container: str) -> str:
    """The address of the first published port. Raises LookupError when there is none."""
    return _published(api.inspect_container(container))


def _published(found: dict[str, Any]) -> str:
    for bindings in found["NetworkSettings"]["Ports"].values():
        for binding in bindings or ():
            return f"http://127.0.0.1:{binding['HostPort']}"
    raise LookupError("no port is published")


def _answers(found: dict[str, Any]) -> bool:
    try:
        with urllib.request.urlopen(f"{_published(found)}/", timeout=1):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500  # a proxy says 502 and 503 before the server is there
    except OSError:
        return False


def _listens(found: dict[str, Any]) -> bool:
    port = int(next(iter(found["NetworkSettings"]["Ports"])).split("/")[0])
    try:
        with create_connection((found["NetworkSettings"]["IPAddress"], port), timeout=1):
            return True
    except OSError:
        return False


def request(api: APIClient, container: str, body: Path) -> None:
    """Send one request to be scored; what comes of it is in the container's log."""
    call = urllib.request.Request(f"{published(api, container)}/score", data=body.read_bytes())
    call.add_header("Content-Type", "application/json")
    with suppress(OSError), urllib.request.urlopen(call, timeout=20):
        pass
