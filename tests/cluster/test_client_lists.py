"""Lists of the API as doctor reads them: pages, versions of an API, odd objects, missing rights, nothing secret."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster.api_server import TOKEN, ApiServer
from cluster.faults import of_proxy, refused
from cluster.rights import User

from checks.cluster.events import Event
from checks.cluster.supplies import Keys
from checks.cluster.traffic import EndpointSlice, Ingress
from checks.cluster.workloads import Controller
from doctor.cluster import listing
from doctor.cluster.api import Access, Api, Refused, connect
from doctor.cluster.listing import KINDS, Listed, fetch, fetch_one
from doctor.errors import CannotExamine

Open = Callable[..., Api]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Open]:
    """Connect to a server of the tests; what is opened is closed."""
    opened: list[Api] = []

    def start(server: ApiServer, *, seconds: float = 20, patience: float = 5, **file: Any) -> Api:
        path = server.kubeconfig(tmp_path / f"kubeconfig-{len(opened)}", **file)
        opened.append(connect(Access(kubeconfig=path, seconds=seconds, patience=patience)))
        return opened[-1]

    yield start
    for api in opened:
        api.close()


def pod(name: str, **more: Any) -> dict[str, Any]:
    container = {"name": "server", "image": "churn:1", **more}
    return {"metadata": {"name": name, "namespace": "team-a"}, "spec": {"containers": [container]}, "status": {}}


def named(namespace: str = "team-a", **metadata: Any) -> dict[str, Any]:
    return {"name": "score", "namespace": namespace, **metadata}


def whole(listed: Listed) -> tuple[Any, ...]:
    assert listed.unseen is None, listed.unseen
    return listed.items


def listings(server: ApiServer) -> list[str]:
    return [one.path for one in server.requests if one.path != "/version"]


def test_every_kind_is_served_by_an_old_and_a_new_server(
    api_server: ApiServer, newer_server: ApiServer, client: Open
) -> None:
    for server in (api_server, newer_server):
        with client(server) as api:
            found = {kind: fetch(api, kind) for kind in KINDS}
        assert not [one.unseen for one in found.values() if one.unseen]
        assert found["podmetrics"].served is (server is newer_server)
        assert api.calls == len(KINDS) + 1  # /version: no version of an API is tried in vain


def test_pages_are_read_to_the_end(api_server: ApiServer, client: Open) -> None:
    api_server.add("pods", *(pod(f"score-{number}") for number in range(1201)))
    with client(api_server) as api:
        assert len(whole(fetch(api, "pods"))) == 1201
        assert api.calls == 3
        kept = fetch(api, "pods", keep=lambda one: one.name.endswith("7"))
    assert len(whole(kept)) == 120


def test_selectors_and_namespaces_reach_the_server(api_server: ApiServer, client: Open) -> None:
    one, other = pod("score-1"), pod("score-2")
    one["metadata"]["labels"] = {"app": "score"}
    other["metadata"]["namespace"] = "team-b"
    api_server.add("pods", one, other)
    with client(api_server) as api:
        assert [each.name for each in whole(fetch(api, "pods", labels="app=score"))] == ["score-1"]
        assert [each.name for each in whole(fetch(api, "pods", "team-b"))] == ["score-2"]
        assert [each.name for each in whole(fetch(api, "pods", fields="metadata.name=score-2"))] == ["score-2"]


def test_a_token_that_expired_once_starts_again(api_server: ApiServer, client: Open) -> None:
    api_server.add("pods", *(pod(f"score-{number}") for number in range(700)))
    fault = api_server.fail("continue=", times=1, answer=refused(410, "The provided continue parameter is too old"))
    with client(api_server) as api:
        assert len({one.name for one in whole(fetch(api, "pods"))}) == 700
    assert fault.struck == 1


def test_a_token_that_expires_again_and_again_keeps_what_was_read(api_server: ApiServer, client: Open) -> None:
    api_server.add("pods", *(pod(f"score-{number}") for number in range(700)))
    api_server.fail("continue=", answer=refused(410, "The provided continue parameter is too old"))
    with client(api_server) as api:
        found = fetch(api, "pods", "team-a")
    assert len(found.items) == 500
    assert found.unseen
    assert found.unseen.what == "pods in namespace team-a"
    assert "too old" in found.unseen.reason


@pytest.mark.parametrize("minor", [20, 21, 23, 34])
def test_the_version_of_the_server_chooses_the_version_of_the_api(minor: int, client: Open) -> None:
    with ApiServer(minor=minor) as server, client(server) as api:
        for kind in ("endpointslices", "horizontalpodautoscalers", "poddisruptionbudgets", "ingresses"):
            assert fetch(api, kind).is_whole
        assert api.version == (f"v1.{minor}.2", minor)
    versions = {path.rpartition("/")[2]: path.split("/")[3] for path in listings(server)}
    assert versions == {
        "endpointslices": "v1" if minor >= 21 else "v1beta1",
        "horizontalpodautoscalers": "v2" if minor >= 23 else "v2beta2",
        "poddisruptionbudgets": "v1" if minor >= 21 else "v1beta1",
        "ingresses": "v1",
    }


def test_a_version_that_nobody_may_ask_for(api_server: ApiServer, client: Open) -> None:
    api_server.fail("/version", answer=refused(403, "forbidden"))
    with client(api_server) as api:
        assert whole(fetch(api, "poddisruptionbudgets")) == ()
        assert api.version == ("", None)
    assert listings(api_server) == ["/apis/policy/v1/poddisruptionbudgets", "/apis/policy/v1beta1/poddisruptionbudgets"]


def test_endpoints_stand_in_for_slices(api_server: ApiServer, client: Open) -> None:
    ready = {"ip": "10.0.0.1", "targetRef": {"kind": "Pod", "name": "score-1"}}
    subset = {"addresses": [ready], "notReadyAddresses": [{"ip": "10.0.0.2"}], "ports": [{"port": 5001}]}
    api_server.add("endpoints", {"metadata": named(), "subsets": [subset]}, {"metadata": named("team-b")})
    api_server.forbidden.add("endpointslices")
    with client(api_server) as api:
        found = {one.metadata.namespace: one for one in whole(fetch(api, "endpointslices"))}
    assert isinstance(found["team-a"], EndpointSlice)
    assert found["team-a"].service == found["team-b"].service == "score"
    assert [(one.addresses, one.is_ready) for one in found["team-a"].endpoints] == [
        (("10.0.0.1",), True),
        (("10.0.0.2",), False),
    ]
    assert found["team-a"].endpoints[0].target_ref.name == "score-1"
    assert found["team-a"].ports[0].port == 5001
    assert found["team-b"].endpoints == ()


def test_slices_without_addresses_are_null(newer_server: ApiServer, client: Open) -> None:
    labels = {"kubernetes.io/service-name": "score"}
    newer_server.add("endpointslices", {"metadata": named(labels=labels), "endpoints": None, "ports": None})
    with client(newer_server) as api:
        (found,) = whole(fetch(api, "endpointslices"))
    assert (found.service, found.endpoints, found.ports) == ("score", (), ())


def test_both_apis_of_events_give_the_same_records(api_server: ApiServer, client: Open) -> None:
    about = {"kind": "Pod", "name": "score-1", "namespace": "team-a", "fieldPath": "spec.containers{server}"}
    told = {
        "metadata": named(),
        "reason": "BackOff",
        "type": "Warning",
        "reportingComponent": "",
    }
    core = {
        **told,
        "involvedObject": about,
        "message": "Back-off restarting failed container",
        "count": 7,
        "firstTimestamp": "2026-11-20T18:07:02Z",
        "lastTimestamp": "2026-11-20T18:17:02Z",
        "source": {"component": "kubelet", "host": "node1"},
    }
    api_server.add("events", core)
    newer = {
        **told,
        "regarding": about,
        "note": core["message"],
        "deprecatedCount": 7,
        "deprecatedFirstTimestamp": core["firstTimestamp"],
        "deprecatedLastTimestamp": core["lastTimestamp"],
        "deprecatedSource": core["source"],
    }
    with client(api_server) as api:
        (one,) = whole(fetch(api, "events", "team-a"))
        api_server.fail("/api/v1/.*events", answer=refused(403, 'events is forbidden: User "tester" cannot list'))
        api_server.store.put("events.k8s.io", "events", [newer])
        (other,) = whole(fetch(api, "events", "team-a"))
    assert one == other
    assert isinstance(one, Event)
    assert (one.count, one.reporter, one.first, one.last) == (
        *(7, "kubelet"),
        *("2026-11-20T18:07:02Z", "2026-11-20T18:17:02Z"),
    )


def test_an_event_without_a_count_has_its_time(api_server: ApiServer, client: Open) -> None:
    """As the scheduler writes them: the old times are null."""
    event = {
        "metadata": named(creationTimestamp="2026-11-20T18:07:02Z"),
        "involvedObject": {"kind": "Pod", "name": "score-1"},
        "reason": "Scheduled",
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": "2026-11-20T18:07:02.365153Z",
        "series": {"count": 3, "lastObservedTime": "2026-11-20T18:09:00.000000Z"},
        "reportingComponent": "default-scheduler",
    }
    api_server.add("events", event)
    with client(api_server) as api:
        (found,) = whole(fetch(api, "events"))
    assert (found.count, found.first, found.last, found.reporter) == (
        *(3, "2026-11-20T18:07:02.365153Z"),
        *("2026-11-20T18:09:00.000000Z", "default-scheduler"),
    )


OLD = {"serviceName": "score", "servicePort": "http"}
NEW = {"service": {"name": "score", "port": {"name": "http"}}}


@pytest.mark.parametrize(
    "spec",
    [
        {"backend": OLD, "rules": [{"host": "a.example", "http": {"paths": [{"path": "/score", "backend": OLD}]}}]},
        {
            "defaultBackend": NEW,
            "rules": [{"host": "a.example", "http": {"paths": [{"path": "/score", "backend": NEW}]}}],
        },
    ],
    ids=["v1beta1", "v1"],
)
def test_ingresses_of_both_versions_are_flat(api_server: ApiServer, client: Open, spec: dict[str, Any]) -> None:
    annotations = {"kubernetes.io/ingress.class": "nginx"}
    api_server.add(
        "ingresses",
        {
            "metadata": named(annotations=annotations),
            "spec": {**spec, "tls": [{"secretName": "cert", "hosts": ["a.example"]}]},
            "status": {"loadBalancer": {"ingress": [{"ip": "10.1.1.1"}]}},
        },
    )
    with client(api_server) as api:
        (found,) = whole(fetch(api, "ingresses"))
    assert isinstance(found, Ingress)
    assert found.ingress_class == "nginx"
    assert found.default_backend
    assert (found.default_backend.service, found.default_backend.port) == ("score", "http")
    (rule,) = found.rules
    assert (rule.host, rule.path, rule.backend.service, rule.backend.port) == ("a.example", "/score", "score", "http")
    assert found.tls[0].secret_name == "cert"
    assert found.addresses[0].ip == "10.1.1.1"


def test_an_object_of_a_list_knows_its_kind(api_server: ApiServer, client: Open) -> None:
    template = {"metadata": {"creationTimestamp": None}, "spec": {"containers": []}}
    for kind in ("deployments", "replicasets", "statefulsets", "daemonsets", "jobs"):
        api_server.add(kind, {"metadata": named(), "spec": {"template": template}, "status": {}})
    with client(api_server) as api:
        kinds = []
        for plural in ("deployments", "replicasets", "statefulsets", "daemonsets", "jobs"):
            (one,) = whole(fetch(api, plural))
            assert isinstance(one, Controller)
            kinds.append((one.kind, one.api_version))
        single = fetch_one(api, "deployments", "team-a", "score")
    assert kinds == [
        *(("Deployment", "apps/v1"), ("ReplicaSet", "apps/v1"), ("StatefulSet", "apps/v1")),
        *(("DaemonSet", "apps/v1"), ("Job", "batch/v1")),
    ]
    assert single.kind == "Deployment"


def test_one_odd_object_loses_itself_only(api_server: ApiServer, client: Open) -> None:
    odd = pod("odd")
    odd["spec"]["containers"][0]["ports"] = [{"containerPort": ["no", "number"]}]
    nulls = pod("nulls", env=None, command=None, resources={"limits": None}, volumeMounts=[None])
    nulls["metadata"]["labels"] = None
    api_server.add("pods", pod("score-1"), odd, nulls, pod("score-2"))
    with client(api_server) as api:
        found = fetch(api, "pods", "team-a")
    assert sorted(one.name for one in found.items) == ["nulls", "score-1", "score-2"]
    assert found.unseen
    assert found.unseen.reason.startswith("1 of 4 could not be read: odd (Expected `int`, got `array`")


def test_a_missing_right_names_the_rule(api_server: ApiServer, client: Open) -> None:
    api_server.users["short"] = User("reader", [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}])
    with client(api_server, token="short") as api:
        assert fetch(api, "pods").is_whole
        refused_here = {
            kind: fetch(api, kind, "team-a").unseen for kind in ("configmaps", "ingresses", "nodes", "events")
        }
    rules = {kind: unseen.rule for kind, unseen in refused_here.items() if unseen}
    assert rules == {
        "configmaps": '{apiGroups: [""], resources: [configmaps], verbs: [list]}',
        "ingresses": "{apiGroups: [networking.k8s.io], resources: [ingresses], verbs: [list]}",
        "nodes": '{apiGroups: [""], resources: [nodes], verbs: [list]}',
        "events": '{apiGroups: [""], resources: [events], verbs: [list]}',
    }
    assert 'User "reader" cannot list' in refused_here["configmaps"].reason  # type: ignore[union-attr]


def test_one_object(api_server: ApiServer, client: Open) -> None:
    api_server.add("pods", pod("score-1"))
    api_server.users["short"] = User("reader", [])
    with client(api_server) as api:
        assert fetch_one(api, "pods", "team-a", "score-1").name == "score-1"
        assert fetch_one(api, "pods", "team-a", "score-2") is None
        assert fetch_one(api, "poddisruptionbudgets", "team-a", "score") is None
    with client(api_server, token="short") as api, pytest.raises(Refused, match="cannot get resource"):
        fetch_one(api, "pods", "team-a", "score-1")


SECRET = "Tr0ub4dor-and-3"


def test_no_secret_is_kept(api_server: ApiServer, client: Open) -> None:
    repeats = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps({"password": SECRET})}
    data = {"password": SECRET, "user": "churn"}
    api_server.add("secrets", {"metadata": named(annotations=dict(repeats)), "type": "Opaque", "data": data})
    chart = {"metadata": named(namespace="team-a") | {"name": "sh.helm.release.v1.x"}, "type": "helm.sh/release.v1"}
    api_server.add("secrets", chart)
    api_server.add("configmaps", {"metadata": named(), "data": {"score.ini": SECRET}, "binaryData": {"model": "AAAA"}})
    spec = pod(
        "score-1",
        env=[{"name": "DB_PASSWORD", "value": SECRET}, {"name": "PORT", "value": "5001"}],
        command=["server", "--api-key", SECRET],
        args=[f"--token={SECRET}", "run"],
        livenessProbe={"exec": {"command": ["curl", "--password", SECRET]}},
        lifecycle={"preStop": {"exec": {"command": ["stop", "--password", SECRET]}}},
    )
    spec["metadata"]["annotations"] = {**repeats, "example.com/api-token": SECRET, "note": "x" * 5000}
    told = {"message": f'config: password = "{SECRET}"', "exitCode": 1}
    spec["status"] = {
        "message": f'password: "{SECRET}"',
        "containerStatuses": [{"name": "server", "state": {"terminated": told}, "lastState": {"terminated": told}}],
        "conditions": [{"type": "Ready", "message": f'password: "{SECRET}"'}],
    }
    api_server.add("pods", spec)
    template = {"metadata": {"annotations": dict(repeats)}, "spec": spec["spec"]}
    api_server.add("deployments", {"metadata": named(), "spec": {"template": template}, "status": {}})
    event = {"metadata": named(), "involvedObject": {}, "message": f'probe said: password="{SECRET}"'}
    api_server.add("events", event)
    with client(api_server) as api:
        found = {kind: whole(fetch(api, kind)) for kind in ("secrets", "configmaps", "pods", "deployments", "events")}
    assert SECRET not in repr(found)
    assert TOKEN not in repr(found)
    assert [(type(one), one.name, one.keys) for one in found["secrets"]] == [(Keys, "score", ("password", "user"))]
    assert found["configmaps"][0].keys == ("model", "score.ini")
    (seen,) = found["pods"]
    container = seen.spec.containers[0]
    assert container.variable("PORT").value == "5001"
    assert container.variable("DB_PASSWORD").value == "***"
    assert container.command == ("server", "--api-key", "***")
    assert set(seen.metadata.annotations) == {"example.com/api-token", "note"}
    assert len(seen.metadata.annotations["note"]) == 1000


def test_metrics_that_are_down_are_no_news(newer_server: ApiServer, client: Open) -> None:
    fault = newer_server.fail("metrics", answer=refused(503, "the server is currently unable to handle the request"))
    with client(newer_server) as api:
        assert fetch(api, "podmetrics") == Listed(served=False)
    assert fault.struck == 1
    newer_server.forbidden.add("pods")
    newer_server.faults.clear()
    with client(newer_server) as api:
        unseen = fetch(api, "podmetrics").unseen
    assert unseen
    assert unseen.rule == "{apiGroups: [metrics.k8s.io], resources: [pods], verbs: [list]}"


def test_json_that_ends_midway_is_asked_for_again(api_server: ApiServer, client: Open) -> None:
    api_server.add("pods", pod("score-1"))
    api_server.fail("pods", times=1, mangle=True)
    with client(api_server) as api:
        assert len(whole(fetch(api, "pods"))) == 1


def test_json_that_always_ends_midway(api_server: ApiServer, client: Open) -> None:
    api_server.add("pods", pod("score-1"))
    api_server.fail("pods", mangle=True)
    with client(api_server) as api:
        assert fetch(api, "nodes").is_whole
        unseen = fetch(api, "pods").unseen
    assert unseen
    assert "cannot be read: Input data was truncated in an answer of" in unseen.reason


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"status": "ok"}', b"\xff\xfe"])
def test_an_answer_that_is_no_list(api_server: ApiServer, client: Open, body: bytes) -> None:
    from cluster.answers import Answer

    api_server.fail("pods", answer=Answer(body))
    with client(api_server) as api:
        assert fetch(api, "nodes").is_whole
        unseen = fetch(api, "pods").unseen
    assert unseen
    assert "cannot be read" in unseen.reason


def test_a_proxy_in_the_middle_of_a_run_loses_one_list(api_server: ApiServer, client: Open) -> None:
    with client(api_server) as api:
        assert fetch(api, "nodes").is_whole
        api_server.fail("pods", answer=of_proxy(502))
        unseen = fetch(api, "pods").unseen
    assert unseen
    assert unseen.reason.startswith("502")


def test_no_server_at_all_ends_the_run(tmp_path: Path, api_server: ApiServer) -> None:
    path = api_server.kubeconfig(tmp_path / "kubeconfig", address="https://127.0.0.1:1")
    with connect(Access(kubeconfig=path)) as api, pytest.raises(CannotExamine, match="connection refused"):
        fetch(api, "pods")


def test_decoders_are_built_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two that are built at once, each may see types that the other has built by half: the interpreter crashes."""
    inside = 0
    most = 0

    def built(wire: object) -> object:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.01)
        inside -= 1
        return wire

    monkeypatch.setattr(listing, "_built", built)
    threads = [threading.Thread(target=listing._decoder, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
