"""A look and a rehearsal in a real cluster: another user, a read-only root, and a limit that init() breaks.

Needs what the live suite needs (tests/cluster/live/README.md).
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from cluster.live.real_cluster import Cluster
from cluster.live.settings import IMAGE, KUBECONFIG, name_of_run

from checks.cluster.pods import Pod
from checks.containers import Answers
from checks.evidence import Missing, Phase, Probe
from doctor.cluster.api import Access, Api, connect
from doctor.cluster.inside import ask, completed, container_of, look
from doctor.cluster.rehearsal import rehearse, sweep
from doctor.containers.brought import Brought
from doctor.containers.running import Looked
from doctor.probe.launcher import Payload

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.skipif(KUBECONFIG is None, reason="needs a Kubernetes cluster: DOCTOR_TEST_KUBECONFIG names none"),
]
GREEDY = """def init():
    held = []
    for _ in range(200):
        held.append(bytearray(b"x") * (10 << 20))
def run(data):
    return 1
"""
WELL = "def init(): ...\ndef run(data): return data\n"
SECONDS = 60.0


@pytest.fixture
def namespace() -> Iterator[str]:
    """A namespace, removed afterwards."""
    assert KUBECONFIG is not None
    cluster, name = Cluster(KUBECONFIG), f"doctor-live-inside-{name_of_run()}"
    cluster.create({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}})
    try:
        yield name
    finally:
        cluster.delete("Namespace", name)
        cluster.close()


@pytest.fixture
def api() -> Iterator[Api]:
    with connect(Access(kubeconfig=KUBECONFIG, seconds=150)) as api:
        yield api


def start(api: Api, namespace: str, script: str, **container: Any) -> None:
    """A bare pod that serves a script from a config map."""
    base = f"/api/v1/namespaces/{namespace}"
    until = time.monotonic() + SECONDS
    while not json.loads(api.get(f"{base}/serviceaccounts"))["items"] and time.monotonic() < until:
        time.sleep(0.5)
    code = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "code"}, "data": {"score.py": script}}
    api.send("POST", f"{base}/configmaps", code)
    made = {
        "name": "server",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["azmlinfsrv", "--entry_script", "/var/azureml-app/score.py", "--port", "5001"],
        "volumeMounts": [{"name": "code", "mountPath": "/var/azureml-app"}],
        **container,
    }
    spec = {
        "dnsPolicy": "Default",
        "terminationGracePeriodSeconds": 1,
        "containers": [made],
        "volumes": [{"name": "code", "configMap": {"name": "code"}}],
    }
    body = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "score"}, "spec": spec}
    api.send("POST", f"{base}/pods", body)


def wait(api: Api, namespace: str, state: str) -> Pod:
    """The pod, as soon as its container is in that state."""
    until = time.monotonic() + SECONDS
    while True:
        pod = msgspec.convert(json.loads(api.get(f"/api/v1/namespaces/{namespace}/pods/score")), Pod)
        if any(
            getattr(one.state, state) or getattr(one.last_state, state, None) for one in pod.status.container_statuses
        ):
            return pod
        assert time.monotonic() < until, pod.status
        time.sleep(0.5)


def test_a_service_is_looked_at_and_asked(api: Api, namespace: str) -> None:
    start(api, namespace, WELL)
    pod = wait(api, namespace, "running")
    container = container_of(pod, "server", api.address)
    with Brought() as brought:
        looked = look(api, pod, container, brought)
    assert isinstance(looked, Looked), looked
    assert "azureml-inference-server-http" in getattr(looked.installed, "distributions", {})
    whole = completed(container, looked.document)
    assert whole.tells_all_variables
    until = time.monotonic() + SECONDS
    answers: Answers | Missing = Missing(reason="not asked")
    while time.monotonic() < until:
        answers = ask(api, pod, whole, [Payload(source="a.json", body=b'{"data": 1}')])
        if isinstance(answers, Answers) and len(answers.items) == 3:
            break
        time.sleep(1)
    assert isinstance(answers, Answers), answers
    assert [one.status for one in answers.items] == [200, 200, 200]


def test_a_limit_that_init_breaks(api: Api, namespace: str) -> None:
    start(
        api,
        namespace,
        GREEDY,
        resources={"limits": {"memory": "200Mi"}},
        securityContext={"runAsUser": 1000, "runAsNonRoot": True, "readOnlyRootFilesystem": True},
    )
    pod = wait(api, namespace, "terminated")
    with Brought() as brought:
        done = rehearse(api, pod, "server", [], brought, seconds=20)
    assert isinstance(done.probe, Probe), done
    ending = done.probe.exit
    assert ending is not None
    assert (ending.reason, ending.phase) == ("memory", Phase.INIT)
    assert ending.stack[0].line == 4
    left = json.loads(api.get(f"/api/v1/namespaces/{namespace}/pods", {"labelSelector": "doctor"}))["items"]
    assert [one for one in left if not one["metadata"].get("deletionTimestamp")] == []
    assert sweep(api, namespace) == 0
