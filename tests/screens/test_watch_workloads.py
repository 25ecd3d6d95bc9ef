"""Pods that change are noticed, those of others are not, and a server that goes away is told once."""

# ruff: noqa: F811
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cluster.api_server import ApiServer
from cluster.conftest import api_server, certificates, kubeconfig  # noqa: F401 # fixtures
from cluster.faults import Fault
from screens.watching import Told, Watch, watch  # noqa: F401 # fixtures

from doctor.diagnosis.call import Call
from doctor.watching import workloads
from doctor.watching.workloads import changes_of_workload


@pytest.fixture
def follow(watch: Watch, monkeypatch: pytest.MonkeyPatch, kubeconfig: Path) -> Callable[[str], Told]:
    """Watch a workload by name."""
    monkeypatch.setattr(workloads, "SOON", 0.1)
    monkeypatch.setattr(workloads, "LATE", 0.2)
    monkeypatch.setattr(workloads, "PATIENCE", 2.0)

    def begin(name: str) -> Told:
        call = Call(kind="workload", name=name, namespace="team-a", kubeconfig=str(kubeconfig))
        return watch(partial(changes_of_workload, call))

    return begin


def pod(name: str, restarts: int = 0, waiting: str = "") -> dict[str, Any]:
    state: dict[str, Any] = {"waiting": {"reason": waiting}} if waiting else {"running": {}}
    status = {"name": "server", "ready": not waiting, "restartCount": restarts, "state": state}
    return {
        "metadata": {"name": name, "namespace": "team-a"},
        "spec": {"containers": [{"name": "server", "image": "churn:1"}]},
        "status": {"phase": "Running", "containerStatuses": [status]},
    }


def asked(server: ApiServer, more: int = 2) -> None:
    """Until the pods were listed again, and again."""
    before = len(server.requests)
    for _ in range(200):
        if len(server.requests) >= before + 2 * more:
            return
        threading.Event().wait(0.05)
    raise AssertionError("nobody asks")


def test_pods_of_the_workload(api_server: ApiServer, follow: Callable[[str], Told]) -> None:
    api_server.add("pods", pod("score-7d4-x"), pod("other-1"))
    told = follow("deployment/score")
    asked(api_server)
    assert told.empty()
    api_server.add("pods", pod("other-1", restarts=3))
    asked(api_server)
    assert told.empty()
    api_server.add("pods", pod("score-7d4-x", restarts=1, waiting="CrashLoopBackOff"))
    assert told.get(timeout=10) == "pod score-7d4-x changed"
    api_server.add("pods", pod("score-7d4-y"))
    assert told.get(timeout=10) == "pod score-7d4-y came"


def test_a_server_that_goes_away(api_server: ApiServer, follow: Callable[[str], Told]) -> None:
    api_server.add("pods", pod("score-7d4-x"))
    told = follow("")
    asked(api_server)
    api_server.faults.append(Fault(cut=-1))
    assert told.get(timeout=20) == "the API server does not answer"
    api_server.faults.clear()
    assert told.get(timeout=20) == "the API server answers again"


def test_a_server_that_says_nothing_does_not_hold_the_end(api_server: ApiServer, follow: Callable[[str], Told]) -> None:
    api_server.add("pods", pod("score-7d4-x"))
    told = follow("")
    asked(api_server)
    api_server.faults.append(Fault(wait=3))
    threading.Event().wait(0.3)
    assert told.empty()
