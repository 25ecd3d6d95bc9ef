"""What is no workload in trouble: services without pods of their own, canaries at rest, and a wrong container."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cluster.api_server import ApiServer

from doctor.cluster.api import Access
from doctor.cluster.diagnosis import diagnose
from doctor.cluster.wishes import Wishes
from doctor.errors import CannotExamine
from doctor.report import Report

Ask = Callable[..., list[Report]]
SPACE = "team-a"


def _named(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "namespace": SPACE, "uid": name, "creationTimestamp": "2026-11-20T10:00:00Z", **more}


def _deployment(name: str, track: str, replicas: int) -> dict[str, Any]:
    labels = {"app": "mood", "track": track}
    ready = {"replicas": replicas, "readyReplicas": replicas, "updatedReplicas": replicas} if replicas else {}
    return {
        "metadata": _named(name, labels=labels),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "server", "image": "a:1"}]}},
        },
        "status": ready,
    }


def _pod(owner: str, kind: str, labels: dict[str, str]) -> dict[str, Any]:
    state = {"running": {"startedAt": "2026-11-20T10:00:05Z"}}
    status = {"name": "server", "image": "a:1", "state": state, "ready": True, "started": True, "restartCount": 0}
    return {
        "metadata": _named(
            f"{owner}-0",
            labels=labels,
            ownerReferences=[{"kind": kind, "name": owner, "controller": True, "uid": owner}],
        ),
        "spec": {"nodeName": "node1", "containers": [{"name": "server", "image": "a:1"}]},
        "status": {
            "phase": "Running",
            "podIP": "10.0.0.4",
            "conditions": [{"type": "Ready", "status": "True"}, {"type": "PodScheduled", "status": "True"}],
            "containerStatuses": [status],
        },
    }


def _service(server: ApiServer, name: str, selector: dict[str, str], *addresses: str, **more: Any) -> None:
    ports = [{"port": 80, "targetPort": 5001}]
    server.add("services", {"metadata": _named(name), "spec": {"selector": selector, "ports": ports, **more}})
    ends = [{"addresses": [one], "conditions": {"ready": True}} for one in addresses]
    labels = {"kubernetes.io/service-name": name}
    made = {"metadata": _named(f"{name}-1", labels=labels), "endpoints": ends, "ports": [{"port": 5001}]}
    server.add("endpointslices", {**made, "addressType": "IPv4"})


@pytest.fixture
def ask(newer_server: ApiServer, tmp_path: Path) -> Ask:
    """Diagnose what is named, or everything, on the server of the test."""
    access = Access(newer_server.kubeconfig(tmp_path / "kubeconfig"))

    def of(*words: str, **more: Any) -> list[Report]:
        return diagnose(words, Wishes(access=access, namespace=SPACE, inside=False, **more)).reports

    return of


def test_a_service_with_endpoints_written_by_hand_is_well(newer_server: ApiServer, ask: Ask) -> None:
    _service(newer_server, "database", {}, "10.1.0.9")
    (report,) = ask("service/database")
    assert (report.verdict, report.causes) == ("healthy", ())


def test_a_service_without_selector_and_endpoint_fails(newer_server: ApiServer, ask: Ask) -> None:
    _service(newer_server, "database", {})
    (report,) = ask("service/database")
    assert [one.id for one in report.causes] == ["kubernetes.service-without-selector"]


def test_a_canary_at_rest_is_no_failure_while_its_service_answers(newer_server: ApiServer, ask: Ask) -> None:
    newer_server.add("deployments", _deployment("mood", "stable", 1), _deployment("mood-canary", "canary", 0))
    newer_server.add("replicasets", {**_deployment("mood-1", "stable", 1), "metadata": _owned("mood-1", "mood")})
    newer_server.add("pods", _pod("mood-1", "ReplicaSet", {"app": "mood", "track": "stable"}))
    _service(newer_server, "mood", {"app": "mood"}, "10.0.0.4")
    assert {report.verdict for report in ask()} == {"healthy"}
    (report,) = ask("deployment/mood-canary")
    assert [(one.id, one.severity) for one in report.findings] == [("kubernetes.scaled-to-zero", "warning")]


def test_a_service_of_one_pod_belongs_to_the_set_of_the_pod(newer_server: ApiServer, ask: Ask) -> None:
    labels = {"app": "mood", "track": "stable"}
    newer_server.add("statefulsets", _deployment("mood", "stable", 1))
    newer_server.add("pods", _pod("mood", "StatefulSet", {**labels, "statefulset.kubernetes.io/pod-name": "mood-0"}))
    _service(newer_server, "mood-first", {"statefulset.kubernetes.io/pod-name": "mood-0"}, "10.0.0.4")
    assert [report.target.name for report in ask()] == [f"{SPACE}/statefulset/mood"]
    assert [report.target.name for report in ask("service/mood-first")] == [f"{SPACE}/statefulset/mood"]


def test_a_container_that_is_not_there_is_named(newer_server: ApiServer, ask: Ask) -> None:
    newer_server.add("statefulsets", _deployment("mood", "stable", 1))
    with pytest.raises(CannotExamine, match="statefulset/mood has no container sever; the nearest is `server`"):
        ask("statefulset/mood", container="sever")


def test_fixes_go_to_the_cluster_that_was_asked(newer_server: ApiServer, ask: Ask, tmp_path: Path) -> None:
    _service(newer_server, "database", {})
    (report,) = ask("service/database")
    (cause,) = report.causes
    lines = [*cause.fixes[0].commands, cause.confirm or ""]
    assert all(line.startswith(f"kubectl --kubeconfig {tmp_path / 'kubeconfig'} ") for line in lines), lines


def _owned(name: str, owner: str) -> dict[str, Any]:
    return _named(name, ownerReferences=[{"kind": "Deployment", "name": owner, "controller": True, "uid": owner}])
