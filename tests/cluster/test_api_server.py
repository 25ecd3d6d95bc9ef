"""The API server of the tests behaves like a real one where doctor relies on it."""

import json
import ssl
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3
from cluster.api_server import TOKEN, ApiServer
from cluster.certificates import Certificates
from cluster.faults import of_proxy, refused
from cluster.pod_logs import Which
from cluster.recordings import load
from cluster.rights import User

Ask = Callable[..., urllib3.BaseHTTPResponse]
CLOSE = {"Connection": "close"}  # no socket outlives a test


@pytest.fixture
def ask(api_server: ApiServer) -> Ask:
    return asking(api_server)


def asking(server: ApiServer, token: str | None = TOKEN) -> Ask:
    """Requests with the certificate of the server's authority, without any second try."""
    context = ssl.create_default_context(cadata=b64decode(server.certificates.bundle).decode())
    pool = urllib3.PoolManager(ssl_context=context, retries=False)

    def ask(path: str, method: str = "GET", body: Any = None, **headers: str) -> urllib3.BaseHTTPResponse:
        if token:
            headers["Authorization"] = f"Bearer {token}"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = None if body is None else json.dumps(body).encode()
        return pool.request(method, server.address + path, body=sent, headers=headers | CLOSE, timeout=10)

    return ask


def pod(name: str, namespace: str = "team-a", **labels: str) -> dict[str, Any]:
    spec = {"containers": [{"name": "server", "image": "churn:1"}], "nodeName": "node1"}
    return {"metadata": {"name": name, "namespace": namespace, "labels": labels}, "spec": spec, "status": {}}


def names(answer: urllib3.BaseHTTPResponse) -> list[str]:
    return [one["metadata"]["name"] for one in answer.json()["items"]]


def test_pages(api_server: ApiServer, ask: Ask) -> None:
    api_server.add("pods", *(pod(f"score-{number}") for number in range(5)))
    first = ask("/api/v1/pods?limit=2")
    metadata = first.json()["metadata"]
    assert names(first) == ["score-0", "score-1"]
    assert metadata["remainingItemCount"] == 3
    second = ask(f"/api/v1/namespaces/team-a/pods?limit=2&continue={metadata['continue']}").json()["metadata"]
    last = ask(f"/api/v1/pods?limit=2&continue={second['continue']}")
    assert names(last) == ["score-4"]
    assert "continue" not in last.json()["metadata"]
    assert len(names(ask("/api/v1/pods?limit=2&resourceVersion=0"))) == 5


def test_a_token_that_is_too_old(api_server: ApiServer, ask: Ask) -> None:
    api_server.add("pods", *(pod(f"score-{number}") for number in range(5)))
    token = ask("/api/v1/pods?limit=2").json()["metadata"]["continue"]
    api_server.store.expire()
    answer = ask(f"/api/v1/pods?limit=2&continue={token}")
    assert (answer.status, answer.json()["reason"]) == (410, "Expired")
    rest = ask(f"/api/v1/pods?limit=9&continue={answer.json()['metadata']['continue']}")
    assert names(rest) == ["score-2", "score-3", "score-4"]
    assert ask("/api/v1/pods?limit=2&continue=nonsense").status == 400


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("app=a", ["one"]),
        ("app!=a", ["three", "two"]),
        ("app in (a, b)", ["one", "two"]),
        ("app notin (a)", ["three", "two"]),
        ("app", ["one", "two"]),
        ("!app", ["three"]),
        ("app=b,tier=x", ["two"]),
    ],
)
def test_label_selectors(api_server: ApiServer, ask: Ask, selector: str, expected: list[str]) -> None:
    api_server.add("pods", pod("one", app="a"), pod("two", app="b", tier="x"), pod("three"))
    answer = ask("/api/v1/pods?" + urlencode({"labelSelector": selector}))
    assert names(answer) == expected


def test_field_selectors(api_server: ApiServer, ask: Ask) -> None:
    api_server.add("pods", pod("one"), pod("two", "team-b"))
    assert names(ask("/api/v1/pods?fieldSelector=metadata.name%3Dtwo")) == ["two"]
    assert names(ask("/api/v1/pods?fieldSelector=spec.nodeName!%3Dnode1")) == []
    answer = ask("/api/v1/pods?fieldSelector=spec.containers%3Dx")
    assert (answer.status, answer.json()["message"]) == (400, "field label not supported: spec.containers")


def test_what_a_version_serves(api_server: ApiServer, newer_server: ApiServer, ask: Ask) -> None:
    newer = asking(newer_server)
    assert ask("/version").json()["gitVersion"] == "v1.20.2"
    for path, (old, new) in {
        "/apis/discovery.k8s.io/v1/endpointslices": (404, 200),
        "/apis/discovery.k8s.io/v1beta1/endpointslices": (200, 404),
        "/apis/autoscaling/v2/horizontalpodautoscalers": (404, 200),
        "/apis/policy/v1/poddisruptionbudgets": (404, 200),
        "/apis/policy/v1beta1/poddisruptionbudgets": (200, 404),
        "/apis/metrics.k8s.io/v1beta1/pods": (404, 200),
        "/apis/networking.k8s.io/v1/ingresses": (200, 200),
        "/apis/networking.k8s.io/v1beta1/ingresses": (200, 404),
    }.items():
        assert (ask(path).status, newer(path).status) == (old, new), path
        group, version = path.split("/")[2:4]
        told = {one["name"]: one["versions"] for one in ask("/apis").json()["groups"]}
        assert (version in [one["version"] for one in told.get(group, ())]) == (old == 200), path


def test_both_apis_of_events_and_endpoints(api_server: ApiServer, ask: Ask) -> None:
    load(api_server, ["selector-mismatch"])
    old = ask("/api/v1/namespaces/selector-mismatch/events").json()["items"][0]
    new = ask("/apis/events.k8s.io/v1/namespaces/selector-mismatch/events").json()["items"][0]
    assert (new["note"], new["regarding"]) == (old["message"], old["involvedObject"])
    assert "message" not in new
    load(api_server, ["readiness-wrong-port"])
    (piece,) = ask("/apis/discovery.k8s.io/v1beta1/namespaces/readiness-wrong-port/endpointslices").json()["items"]
    assert piece["metadata"]["labels"]["kubernetes.io/service-name"] == "score"
    assert [one["conditions"]["ready"] for one in piece["endpoints"]] == [False]


def test_who_asks(api_server: ApiServer, ask: Ask) -> None:
    assert asking(api_server, "another")("/api/v1/pods").status == 401
    nobody = asking(api_server, None)("/api/v1/pods")
    assert (nobody.status, nobody.json()["message"]) == (
        403,
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    )


def test_rights_of_a_role(api_server: ApiServer) -> None:
    rules = [{"apiGroups": ["", "apps"], "resources": ["pods", "pods/log", "deployments"], "verbs": ["get", "list"]}]
    own = {"team-b": [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["db"], "verbs": ["get"]}]}
    api_server.users["reader"] = User("reader", rules, own)
    api_server.add("pods", pod("one"))
    api_server.add("secrets", {"metadata": {"name": "db", "namespace": "team-b"}})
    api_server.add_log(Which("team-a", "one", "server"), b"")
    ask = asking(api_server, "reader")
    assert ask("/api/v1/namespaces/team-a/pods/one").status == 200
    assert ask("/api/v1/namespaces/team-a/pods/one/log").status == 200
    assert ask("/apis/apps/v1/deployments").status == 200
    assert ask("/api/v1/namespaces/team-b/secrets/db").status == 200
    assert ask("/api/v1/namespaces/team-b/secrets").status == 403
    assert ask("/api/v1/namespaces/team-a/secrets/db").status == 403
    assert ask("/api/v1/namespaces/team-a/pods/one", "DELETE").status == 403
    assert ask("/api/v1/namespaces/team-a/pods/one/exec?command=id").status == 403
    assert ask("/apis").status == 200
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    for verb, allowed in (("list", True), ("delete", False)):
        asked = {"spec": {"resourceAttributes": {"verb": verb, "resource": "pods", "namespace": "team-a"}}}
        assert ask(path, "POST", asked).json()["status"] == {"allowed": allowed}


def test_a_certificate_says_who_asks(api_server: ApiServer, tmp_path: Path) -> None:
    api_server.users["pat"] = User("pat")
    context = ssl.create_default_context(cadata=b64decode(api_server.certificates.bundle).decode())
    certificate, key = api_server.certificates.client("pat")
    (tmp_path / "both.pem").write_bytes(b64decode(key) + b64decode(certificate))
    context.load_cert_chain(tmp_path / "both.pem")
    with urllib3.PoolManager(ssl_context=context, retries=False) as pool:
        assert pool.request("GET", f"{api_server.address}/api/v1/pods").status == 200
    assert api_server.requests[-1].user == "pat"


def test_another_authority_is_not_believed(api_server: ApiServer) -> None:
    context = ssl.create_default_context(cadata=b64decode(Certificates().bundle).decode())
    with (
        urllib3.PoolManager(ssl_context=context, retries=False) as pool,
        pytest.raises(urllib3.exceptions.SSLError, match="verify failed"),
    ):
        pool.request("GET", f"{api_server.address}/version")
    assert not api_server.requests


def test_logs(api_server: ApiServer, ask: Ask) -> None:
    api_server.add("pods", pod("one"))
    path = "/api/v1/namespaces/team-a/pods/one/log"
    lines = [f"2026-11-20T18:00:{number:02}.5Z line {number}\n" for number in range(30)]
    api_server.add_log(Which("team-a", "one", "server"), "".join(lines).encode())
    assert ask(f"{path}?tailLines=2").data == b"line 28\nline 29\n"
    assert ask(f"{path}?tailLines=1&timestamps=true").data.decode() == lines[-1]
    assert ask(f"{path}?tailLines=2&limitBytes=4").data == b"line"
    assert ask(f"{path}?sinceTime=2026-11-20T18:00:28Z").data == b"line 28\nline 29\n"
    previous = ask(f"{path}?previous=true&container=server")
    assert (previous.status, previous.json()["message"]) == (
        400,
        'previous terminated container "server" in pod "one" not found',
    )
    assert ask(f"{path}?container=other").json()["message"] == "container other is not valid for pod one"
    assert ask(f"{path}?follow=true").status == 405


def test_watches_are_refused(ask: Ask) -> None:
    assert ask("/api/v1/pods?watch=true").status == 405


def test_pods_are_made_and_deleted(api_server: ApiServer, ask: Ask) -> None:
    api_server.add("pods", pod("one"))
    path = "/api/v1/namespaces/team-a/pods"
    assert ask(f"{path}?dryRun=All", "POST", pod("two")).status == 201
    assert ask(f"{path}/two").status == 404
    made = ask(path, "POST", pod("two", doctor="x"))
    assert made.json()["status"]["containerStatuses"][0]["state"]["running"]
    again = ask(path, "POST", pod("two"))
    assert (again.status, again.json()["reason"]) == (409, "AlreadyExists")
    assert ask("/api/v1/namespaces/nowhere/pods", "POST", pod("x")).status == 404
    assert ask(f"{path}?labelSelector=doctor", "DELETE").status == 200
    assert names(ask(path)) == ["one"]
    assert ask(f"{path}/one", "DELETE").status == 200
    assert names(ask(path)) == []


@pytest.mark.parametrize(
    ("content", "patch", "expected"),
    [
        ("strategic-merge", {"spec": {"containers": [{"name": "b", "image": "x"}]}}, [("a", "1"), ("b", "x")]),
        ("strategic-merge", {"spec": {"containers": [{"name": "a", "$patch": "delete"}]}}, [("b", "2")]),
        ("merge", {"spec": {"containers": [{"name": "c", "image": "3"}]}}, [("c", "3")]),
        ("json", [{"op": "replace", "path": "/spec/containers/1/image", "value": "x"}], [("a", "1"), ("b", "x")]),
        ("json", [{"op": "remove", "path": "/spec/containers/0"}], [("b", "2")]),
    ],
)
def test_patches(api_server: ApiServer, ask: Ask, content: str, patch: Any, expected: list[tuple[str, str]]) -> None:
    one = pod("one")
    one["spec"]["containers"] = [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]
    api_server.add("pods", one)
    done = ask("/api/v1/namespaces/team-a/pods/one", "PATCH", patch, Content_Type=f"application/{content}-patch+json")
    assert [(made["name"], made["image"]) for made in done.json()["spec"]["containers"]] == expected


def test_a_patch_of_something_older_is_a_conflict(api_server: ApiServer, ask: Ask) -> None:
    api_server.add("pods", pod("one"))
    path, content = "/api/v1/namespaces/team-a/pods/one", "application/merge-patch+json"
    assert ask(path, "PATCH", {"metadata": {"resourceVersion": "1"}}, Content_Type=content).status == 409
    wrong = [{"op": "remove", "path": "/spec/nothing"}]
    assert ask(path, "PATCH", wrong, Content_Type="application/json-patch+json").status == 422
    assert ask(path, "PATCH", {}, Content_Type="application/xml").status == 415


def test_metadata_alone(api_server: ApiServer, ask: Ask) -> None:
    api_server.add("secrets", {"metadata": {"name": "db", "namespace": "team-a"}, "data": {"password": "aGlkZGVu"}})
    answer = ask("/api/v1/secrets", Accept="application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
    assert answer.json()["kind"] == "PartialObjectMetadataList"
    assert names(answer) == ["db"]
    assert b"aGlkZGVu" not in answer.data


def test_long_answers_are_packed(api_server: ApiServer, ask: Ask) -> None:
    api_server.add("pods", *(pod(f"score-{number}", note="x" * 1000) for number in range(300)))
    answer = ask("/api/v1/pods", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(names(answer)) == 300
    assert "Content-Encoding" not in ask("/api/v1/pods").headers


def test_faults(api_server: ApiServer, ask: Ask) -> None:
    api_server.add("pods", pod("one"))
    busy = api_server.fail("GET /api/v1/pods", good=1, times=1, answer=refused(429, retry_after=2))
    assert [ask("/api/v1/pods").status for _ in range(3)] == [200, 429, 200]
    assert busy.struck == 1
    api_server.faults[:] = []
    api_server.fail("/version", mangle=True, times=1)
    with pytest.raises(json.JSONDecodeError):
        ask("/version").json()
    api_server.fail("/version", cut=5, times=1)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        ask("/version")
    api_server.fail("/version", cut=-1, times=1)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        ask("/version")
    api_server.fail("/version", answer=of_proxy(), times=1)
    assert ask("/version").headers["Content-Type"] == "text/html"
    api_server.fail("/version", wait=0.2, times=1)
    began = time.monotonic()
    assert ask("/version").status == 200
    assert time.monotonic() - began >= 0.2
