"""An API server for each test, and the recordings that it can play. See README.md."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cluster.api_server import ApiServer
from cluster.certificates import Certificates
from cluster.recordings import Recording, load, recording


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    """One authority for all servers of a run; keys take their time."""
    return Certificates()


@pytest.fixture
def api_server(certificates: Certificates) -> Iterator[ApiServer]:
    """A server of version 1.20 without objects."""
    with ApiServer(certificates=certificates) as server:
        yield server
    assert not server.crashes


@pytest.fixture
def newer_server(certificates: Certificates) -> Iterator[ApiServer]:
    """A server of version 1.34 without objects."""
    with ApiServer(minor=34, metrics=True, certificates=certificates) as server:
        yield server
    assert not server.crashes


@pytest.fixture
def kubeconfig(api_server: ApiServer, tmp_path: Path) -> Path:
    """A kubeconfig that leads to `api_server`, with every right."""
    return api_server.kubeconfig(tmp_path / "kubeconfig")


@pytest.fixture
def recorded(api_server: ApiServer) -> Callable[[str], Recording]:
    """Play a recording on `api_server`: `recorded("oom-in-init")`. Several may be played together."""

    def play(case: str) -> Recording:
        load(api_server, [case])
        return recording(case)

    return play
