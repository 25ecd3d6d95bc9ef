"""Text of kubectl: whose pod and container, what passed, what a probe and a pull speak of."""

import pytest

from checks.evidence import Log
from checks.logs.analysis import Analysis, analyse
from checks.logs.findings import findings
from checks.logs.image_pulls import image_of, registry_of

DESCRIBED = """\
Name:         churn-6c8b8f74-pl9wx
Namespace:    scoring
Containers:
  inference-server:
    Image:          contoso.azurecr.io/churn:7
    State:          Running
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
    Limits:
      memory:  2Gi
    Requests:
      memory:  1Gi
  istio-proxy:
    Image:          istio/proxyv2:1.20
    Limits:
      memory:  1Gi
"""


def read(text: str) -> Analysis:
    return analyse(Log(source="log.txt", text=text))


def causes(text: str) -> list[str]:
    return [group.signature.id for group in read(text).causes]


def test_the_killed_container_and_its_own_limit_are_named() -> None:
    found = findings(Log(source="log.txt", text=DESCRIBED))[0]
    assert found.title.startswith("container `inference-server` ran out of memory")
    assert "memory limit of 2Gi" in found.why


def test_in_yaml_the_name_stands_below() -> None:
    text = "  - lastState:\n      terminated:\n        exitCode: 137\n        reason: OOMKilled\n    name: scorer\n"
    assert findings(Log(source="log.txt", text=text))[0].title.startswith("container `scorer`")


MISSING = '9m  Warning  FailedMount  pod/a-1  MountVolume.SetUp failed for volume "c" : configmap "flags" not found'


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ("", ["configmap-missing"]),
        ("1m  Normal  Started  pod/a-1  Started container churn", []),
        ("1m  Normal  Started  pod/b-1  Started container other", ["configmap-missing"]),
        ("a-1   1/1   Running   0   9m", []),
        ("a-1   0/1   ContainerCreating   0   9m", ["configmap-missing"]),
    ],
)
def test_what_passed_is_no_cause(later: str, expected: list[str]) -> None:
    assert causes(f"{MISSING}\n{later}") == expected


def test_a_pull_that_succeeded_later_is_no_cause() -> None:
    failed = 'Failed to pull image "contoso.azurecr.io/churn:7": unauthorized: authentication required'
    pulled = 'Successfully pulled image "contoso.azurecr.io/{}" in 4.1s'
    assert causes(failed) == ["image-pull-unauthorized"]
    assert causes(f"{failed}\n{pulled.format('churn:7')}") == []
    assert causes(f"{failed}\n{pulled.format('other:1')}") == ["image-pull-unauthorized"]


@pytest.mark.parametrize(
    ("text", "image", "registry"),
    [
        ('Failed to pull image "contoso.azurecr.io/a/b:7": x', "contoso.azurecr.io/a/b:7", "contoso.azurecr.io"),
        ("Get https://contoso.azurecr.io/v2/a/manifests/7: x", "contoso.azurecr.io/a:7", "contoso.azurecr.io"),
        ("manifest for team/model:3 not found", "team/model:3", "docker.io"),
        ('Head "https://registry-1.docker.io/v2/library/python/manifests/3.9"', "library/python:3.9", "docker.io"),
        ("nothing of the kind", "", "docker.io"),
    ],
)
def test_the_image_of_a_message(text: str, image: str, registry: str) -> None:
    assert image_of(text) == image
    assert registry_of(image) == registry


REFUSED = "Readiness probe failed: dial tcp 10.244.1.7:{}: connect: connection refused"


def test_a_probe_that_failed_once_is_no_failed_call() -> None:
    once = read(f"Warning  Unhealthy  9s  kubelet  {REFUSED.format(5001)}")
    assert once.causes == ()
    assert [group.signature.id for group in once.symptoms] == ["probe-failed"]


def test_a_probe_of_a_port_on_which_the_server_does_not_listen() -> None:
    log = f"gunicorn.error - Listening at: http://0.0.0.0:5001 (1)\nUnhealthy  9s (x30 over 5m)  {REFUSED.format('{}')}"
    assert causes(log.format(8080)) == ["probe-other-port"]
    assert causes(log.format(5001)) == ["probe-refused"]


def test_the_lines_of_what_follows_are_proof_too() -> None:
    killed = "Normal   Killing    9s (x2 over 39s)  kubelet  Container churn failed liveness probe, will be restarted"
    failed = REFUSED.format(5001).replace("Readiness", "Liveness")
    log = Log(source="log.txt", text=f"Warning  Unhealthy  9s (x6 over 49s)  kubelet  {failed}\n{killed}")
    first = findings(log)[0]
    assert first.id == "logs.probe-kills-slow-start"
    assert first.evidence[-1].text == killed


@pytest.mark.parametrize(("listed", "expected"), [("churn-new0-bbbbb", []), ("other-new0-bbbbb", ["probe-refused"])])
def test_a_pod_that_was_replaced_by_a_ready_one_did_no_harm(listed: str, expected: list[str]) -> None:
    failed = f"9s (x4 over 49s)  Warning  Unhealthy  pod/churn-old0-aaaaa  {REFUSED.format(5001)}\n"
    table = f"NAME   READY   STATUS    RESTARTS   AGE\n{listed}   1/1     Running   0          3m"
    assert causes(failed + table) == expected


@pytest.mark.parametrize(("ready", "expected"), [("1/1", []), ("0/1", ["node-shutdown"])])
def test_a_node_that_went_away_did_no_harm_when_every_pod_is_ready(ready: str, expected: list[str]) -> None:
    event = "14m  Warning  PreemptScheduled  node/aks-spot-0  Preempt Scheduled\n"
    pods = f"churn-new0-aaaaa   1/1     Running   0          3m\nchurn-new0-bbbbb   {ready}     Running   0          3m"
    assert causes(f"{event}NAME   READY   STATUS    RESTARTS   AGE\n{pods}") == expected


def test_a_restarted_container_that_ended_well_is_told_and_an_init_container_is_not() -> None:
    ended = "    Last State:     Terminated\n      Reason:       Completed\n      Exit Code:    0\nCrashLoopBackOff\n"
    assert causes(f"Containers:\n  churn:\n{ended}") == ["container-completed"]
    assert causes(f"Init Containers:\n  fetch:\n{ended}") == []


def test_a_container_instance_that_ends_well_again_and_again() -> None:
    now = '{"currentState": {"detailStatus": "CrashLoopBackOff: Back-off 40s restarting failed", "state": "Waiting"},'
    before = ' "previousState": {"detailStatus": "Completed", "exitCode": 0, "state": "Terminated"}}'
    assert causes(f"{now}\n{before}") == ["container-completed"]


def test_labels_that_the_selector_does_not_find() -> None:
    pod = "score-6b5496fd48-27fdw   1/1     Running   0          9m    app={},pod-template-hash=6b5496fd48"
    service = "Selector:          app=scoring\nEndpoints:         <none>\n"
    assert causes(service + pod.format("score"))[0] == "selector-without-pods"
    assert "selector-without-pods" not in causes(service + pod.format("scoring"))


NO_NVML = (
    "I0611 09:10:02.118255       1 factory.go:107] Detected non-NVML platform: could not load NVML library: "
    "libnvidia-ml.so.1: cannot open shared object file: No such file or directory\n"
)
PENDING = "Warning  FailedScheduling  9s   default-scheduler  0/1 nodes are available: 1 Insufficient nvidia.com/gpu.\n"


def test_a_device_plugin_without_a_driver_harms_only_where_a_gpu_is_wanted() -> None:
    table = "NAME   READY   STATUS    RESTARTS   AGE\nchurn-new0-bbbbb   1/1     Running   0          3m"
    assert causes(NO_NVML) == ["device-plugin-no-driver"]
    assert causes(NO_NVML + table) == []
    assert causes(PENDING + NO_NVML)[0] == "device-plugin-no-driver"
