"""Real containers for tests of screens: one tiny program each, and an engine that may go away."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docker.errors
import pytest
import starting
from proxies import on_socket
from sample_services import Run
from tiny_image import import_tiny

from doctor.containers.engine import Engine, connect
from doctor.errors import CannotExamine


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A connection to a real engine. Tests that ask for it are skipped where there is none."""
    try:
        engine = connect()
    except CannotExamine as error:
        pytest.skip(f"needs a Docker engine (tests/docker/README.md): {error}")
    with engine:
        yield engine


@pytest.fixture
def waiting(engine: Engine) -> Iterator[Callable[[], str]]:
    """Start a container that waits for ever, and give its name; it is removed after the test."""
    started: list[str] = []
    with import_tiny(engine.api, "waits") as tag:

        def run(name: str = "") -> str:
            made = starting.start(engine.api, tag, Run(command=["/serve"], name="screens"))
            started.append(made)
            if name:
                engine.api.rename(made, name)
            return str(engine.inspect(made)["Name"]).lstrip("/")

        yield run
        for container in started:
            starting.remove(engine.api, container)


def kill(engine: Engine, name: str) -> None:
    """End a container at once."""
    engine.api.kill(name)


def remove(engine: Engine, name: str) -> None:
    """Remove a container; the engine may be at it already."""
    try:
        engine.api.remove_container(name, v=True, force=True)
    except docker.errors.NotFound:
        return


@contextmanager
def socket_of_ones_own(engine: Engine, fault: str = "none", good: int = 0) -> Iterator[Path]:
    """A socket that leads to the engine, until it is told to go wrong. Its path is short, as it must be."""
    scheme, _, real = engine.address.partition("://")
    if scheme != "unix":
        pytest.skip(f"needs an engine on a unix socket, this one is at {engine.address}")
    folder = Path(tempfile.mkdtemp(prefix="engine-", dir="/tmp"))  # a socket has a short name
    try:
        with on_socket(folder / "docker.sock", real, fault, good):  # type: ignore[arg-type]
            yield folder / "docker.sock"
    finally:
        shutil.rmtree(folder)
