"""Patches of fixes: what is shown, what is sent, and when nothing is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster.api_server import ApiServer

from checks.finding import Fix, Patch, Safety
from doctor.cluster.api import Access, Api, Refused, connect
from doctor.cluster.applying import applicable, apply

NAMESPACE = "team-a"
PATH = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/score"


@pytest.fixture
def api(api_server: ApiServer, kubeconfig: Path) -> Iterator[Api]:
    api_server.add("namespaces", {"metadata": {"name": NAMESPACE}})
    api_server.add("deployments", deployment())
    with connect(Access(kubeconfig=kubeconfig, seconds=30)) as api:
        yield api


def deployment(replicas: int = 1) -> dict[str, Any]:
    env = [{"name": "API_KEY", "value": "sk-old-value"}, {"name": "LEVEL", "value": "1"}]
    command = ["azmlinfsrv", "--password", "given-to-nobody"]
    container = {"name": "server", "image": "score:1", "env": env, "command": command}
    return {
        "metadata": {
            "name": "score",
            "namespace": NAMESPACE,
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"env":"sk-old-value"}'},
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "score"}},
            "template": {"metadata": {"labels": {"app": "score"}}, "spec": {"containers": [container]}},
        },
        "status": {"replicas": 1},
    }


def patch(*env: tuple[str, str]) -> Patch:
    made = {"name": "server", "env": [{"name": name, "value": value} for name, value in env]}
    body = {"spec": {"template": {"spec": {"containers": [made]}}}}
    return Patch(kind="Deployment", name="score", namespace=NAMESPACE, body=json.dumps(body))


def variables(server: ApiServer) -> dict[str, str]:
    (found,) = server.store.all("apps", "deployments", NAMESPACE)
    return {one["name"]: one["value"] for one in found["spec"]["template"]["spec"]["containers"][0]["env"]}


def sent(server: ApiServer) -> list[bool]:
    """Whether each patch that was sent was a dry run."""
    return [one.query.get("dryRun") == "All" for one in server.requests if one.method == "PATCH"]


def test_what_was_agreed_to_is_sent(api_server: ApiServer, api: Api) -> None:
    shown: list[str] = []
    done = apply(api, patch(("LEVEL", "2")), lambda diff: not shown.append(diff))
    assert variables(api_server) == {"API_KEY": "sk-old-value", "LEVEL": "2"}
    assert sent(api_server) == [True, True, False]
    assert '-              value: "1"' in shown[0].splitlines()
    assert '+              value: "2"' in shown[0].splitlines()
    assert "kubectl rollout status deployment/score -n team-a" in done


def test_nothing_is_sent_without_consent(api_server: ApiServer, api: Api) -> None:
    done = apply(api, patch(("LEVEL", "2")), lambda _: False)
    assert done.startswith("nothing was changed")
    assert sent(api_server) == [True]
    assert variables(api_server)["LEVEL"] == "1"


def test_nothing_to_change_is_not_asked(api_server: ApiServer, api: Api) -> None:
    done = apply(api, patch(("LEVEL", "1")), lambda _: pytest.fail("asked"))
    assert done.startswith("nothing to change")
    assert sent(api_server) == [True]


def test_the_diff_holds_no_secret(api_server: ApiServer, api: Api) -> None:
    shown: list[str] = []
    apply(api, patch(("API_KEY", "sk-new-value"), ("LEVEL", "2")), lambda diff: bool(shown.append(diff)))
    assert shown
    for secret in ("sk-old-value", "sk-new-value", "given-to-nobody"):
        assert secret not in shown[0]


def test_a_secret_alone_changes_and_is_still_asked_for(api_server: ApiServer, api: Api) -> None:
    shown: list[str] = []
    done = apply(api, patch(("API_KEY", "sk-new-value")), lambda diff: not shown.append(diff))
    assert "sk-new-value" not in shown[0]
    assert done.startswith("patched deployment/score")
    assert variables(api_server)["API_KEY"] == "sk-new-value"


def test_somebody_else_was_faster(api_server: ApiServer, api: Api) -> None:
    def meanwhile(_: str) -> bool:
        api_server.add("deployments", deployment(replicas=5))
        changed = deployment(replicas=5)
        changed["spec"]["template"]["spec"]["containers"][0]["env"][1]["value"] = "7"
        api_server.add("deployments", changed)
        return True

    done = apply(api, patch(("LEVEL", "2")), meanwhile)
    assert "meanwhile" in done
    assert sent(api_server) == [True, True]
    assert variables(api_server)["LEVEL"] == "7"


def test_the_server_says_no(api_server: ApiServer, api: Api) -> None:
    gone = Patch(kind="Deployment", name="gone", namespace=NAMESPACE, body="{}")
    with pytest.raises(Refused) as refused:
        apply(api, gone, lambda _: pytest.fail("asked"))
    assert refused.value.status == 404
    with pytest.raises(Refused, match="no kind Gadget"):
        apply(api, Patch(kind="Gadget", name="a", namespace=NAMESPACE, body="{}"), lambda _: True)


@pytest.mark.parametrize("kind", ["Service", "Ingress", "NetworkPolicy", "HorizontalPodAutoscaler", "ServiceAccount"])
def test_kinds_that_can_be_patched(kind: str) -> None:
    one = Fix(title="a", patches=(Patch(kind=kind, name="a", namespace="b", body="{}"),))
    assert applicable([one]) == [(one, one.patches[0])]


def test_what_is_to_be_filled_in_is_not_applied() -> None:
    open_ = Fix(title="a", safety=Safety.PLACEHOLDER, patches=(patch(("LEVEL", "<level>")),))
    assert applicable([open_, Fix(title="b", commands=("kubectl get pods",))]) == []
