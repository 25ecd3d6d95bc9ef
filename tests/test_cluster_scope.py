"""What a person names, and which workloads that is: words, selectors, owners, services that seem meant for somebody."""

from typing import Any

import msgspec
import pytest

from checks.cluster.pods import Pod
from checks.cluster.traffic import Service
from checks.cluster.workloads import Autoscaler, Controller
from doctor.cluster.listing import Listed
from doctor.cluster.scope import Named, named
from doctor.cluster.selectors import parsed
from doctor.cluster.snapshot import Snapshot
from doctor.cluster.subjects import chosen, in_trouble, subjects_of
from doctor.errors import ConfigError

TYPES: dict[str, Any] = {"pods": Pod, "services": Service, "horizontalpodautoscalers": Autoscaler}
TAKEN = "2026-11-20T18:17:07Z"


def made(kind: str, name: str, owner: str = "", labels: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """One object as a list holds it. `owner` is `Kind/name`."""
    owners = [dict(zip(("kind", "name"), owner.split("/"), strict=True), controller=True)] if owner else []
    metadata = {"name": name, "namespace": "team-a", "labels": labels or {}, "ownerReferences": owners}
    return {"kind": kind, "metadata": metadata, **more}


def snapshot(**lists: list[dict[str, Any]]) -> Snapshot:
    """Lists of one namespace."""
    return Snapshot(
        "team-a",
        {
            kind: Listed(items=tuple(msgspec.convert(one, TYPES.get(kind, Controller)) for one in items))
            for kind, items in lists.items()
        },
    )


def deployed(name: str, labels: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """A deployment with its replica set and one pod."""
    template = {"replicas": 1, "template": {"metadata": {"labels": labels}}}
    return {
        "deployments": [made("Deployment", name, spec=template)],
        "replicasets": [made("ReplicaSet", f"{name}-5d8f", f"Deployment/{name}", spec=template)],
        "pods": [made("Pod", f"{name}-5d8f-x", f"ReplicaSet/{name}-5d8f", labels)],
    }


def both(*parts: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Several deployments beside each other."""
    return {kind: [one for part in parts for one in part.get(kind, [])] for part in parts for kind in part}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), None),
        (("score",), Named("score")),
        (("deploy/score",), Named("score", "Deployment")),
        (("deployments.apps/score",), Named("score", "Deployment")),
        (("svc", "score"), Named("score", "Service")),
        (("PO/score-1",), Named("score-1", "Pod")),
    ],
)
def test_words_name_an_object(words: tuple[str, ...], found: Named | None) -> None:
    assert named(words) == found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("deploymnt/score",), "the nearest is `deployment`"),
        (("pods",), "add the name"),
        (("deployment/",), "names no object"),
        (("deployment/a", "deployment/b"), "one target at a time"),
    ],
)
def test_words_that_name_nothing_are_refused_with_the_remedy(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        named(words)


@pytest.mark.parametrize(
    ("text", "labels", "fits"),
    [
        ("app=score", {"app": "score"}, True),
        ("app==score,tier!=web", {"app": "score"}, True),
        ("app in (score, churn),!canary", {"app": "churn"}, True),
        ("app notin (score)", {"app": "score"}, False),
        ("canary", {"app": "score"}, False),
        ("example.com/app=score", {"example.com/app": "score"}, True),
    ],
)
def test_selectors_are_those_of_kubectl(text: str, labels: dict[str, str], fits: bool) -> None:
    assert parsed(text).fits(labels) is fits


def test_a_selector_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="no label selector"):
        parsed("app=(score")


def test_pods_belong_to_what_made_them_in_the_end() -> None:
    (one,) = subjects_of(snapshot(**deployed("score", {"app": "score"})))
    assert (one.kind, one.name, len(one.pods), len(one.sets)) == ("Deployment", "score", 1, 1)


def test_a_deployment_is_known_by_its_replica_set_where_deployments_may_not_be_listed() -> None:
    pods = [made("Pod", "score-5d8f-x", "ReplicaSet/score-5d8f", {"pod-template-hash": "5d8f"})]
    (one,) = subjects_of(snapshot(pods=pods))
    assert (one.kind, one.name) == ("Deployment", "score")


def test_a_replica_set_of_somebody_else_stands_for_itself() -> None:
    template = {"replicas": 1}
    sets = [made("ReplicaSet", "score-7c", "Rollout/score", spec=template)]
    (one,) = subjects_of(snapshot(replicasets=sets, pods=[made("Pod", "score-7c-x", "ReplicaSet/score-7c")]))
    assert (one.kind, one.name, len(one.pods)) == ("ReplicaSet", "score-7c", 1)


def test_what_has_ended_well_is_no_target() -> None:
    done = [{"type": "Complete", "status": "True"}]
    jobs = [made("Job", "train", status={"conditions": done})]
    pods = [made("Pod", "once", status={"phase": "Succeeded"})]
    assert subjects_of(snapshot(jobs=jobs, pods=pods)) == []


def test_a_service_that_selects_nothing_goes_to_whom_it_seems_meant_for() -> None:
    lists = both(deployed("score", {"app": "score"}), deployed("web", {"app": "web"}))
    service = made("Service", "score-svc", spec={"selector": {"app": "scoring"}})
    found = {one.name: one for one in subjects_of(snapshot(**lists, services=[service]))}
    assert [one.name for one in found["score"].services] == ["score-svc"]
    assert not found["web"].services


def test_a_service_for_nobody_here_is_a_target_of_its_own() -> None:
    service = made("Service", "billing", spec={"selector": {"component": "ledger"}})
    found = subjects_of(snapshot(**deployed("score", {"app": "score"}), services=[service]))
    assert sorted((one.kind, one.name) for one in found) == [("Deployment", "score"), ("Service", "billing")]


def test_an_autoscaler_whose_target_is_missing_goes_to_what_it_resembles() -> None:
    target = {"scaleTargetRef": {"kind": "Deployment", "name": "scorer"}, "maxReplicas": 3}
    scaler = made("HorizontalPodAutoscaler", "auto", spec=target)
    (one,) = subjects_of(snapshot(**deployed("score", {"app": "score"}), horizontalpodautoscalers=[scaler]))
    assert [scaler.metadata.name for scaler in one.scalers] == ["auto"]


@pytest.mark.parametrize(
    ("name", "kind", "pods"),
    [
        (Named("score"), "Deployment", 1),
        (Named("score-5d8f-x", "Pod"), "Deployment", 1),
        (Named("score-5d8f", "ReplicaSet"), "Deployment", 1),
        (Named("front", "Service"), "Deployment", 1),
    ],
)
def test_every_name_of_a_workload_leads_to_it(name: Named, kind: str, pods: int) -> None:
    service = made("Service", "front", spec={"selector": {"app": "score"}})
    every = subjects_of(snapshot(**deployed("score", {"app": "score"}), services=[service]))
    (one,) = chosen(every, name)
    assert (one.kind, len(one.pods)) == (kind, pods)


def test_a_deployment_without_enough_ready_pods_is_in_trouble() -> None:
    lists = snapshot(**deployed("score", {"app": "score"}))
    (one,) = subjects_of(lists)
    assert in_trouble(one, lists, TAKEN)
