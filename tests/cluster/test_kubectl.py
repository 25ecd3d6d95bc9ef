"""The real kubectl sees in the replay what was recorded: so what doctor is shown there is what a cluster shows."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cluster.api_server import ApiServer
from cluster.executing import on_this_machine
from cluster.recordings import CASES, Recording, load, refusal

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")

Kubectl = Callable[..., "subprocess.CompletedProcess[bytes]"]
WRITTEN = {"pods": ("v1", "Pod"), "events": ("v1", "Event"), "deployments": ("apps/v1", "Deployment")}


@pytest.fixture
def kubectl(tmp_path: Path) -> Kubectl:
    """kubectl with a home of its own, in which nothing of another server is remembered."""

    def run(*words: str, config: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["kubectl", *words],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KUBECONFIG": str(config)},
            input=stdin,
            capture_output=True,
            timeout=60,
        )

    return run


@pytest.mark.parametrize("case", CASES)
def test_a_recording_is_what_kubectl_shows(
    case: str, kubectl: Kubectl, kubeconfig: Path, recorded: Callable[[str], Recording]
) -> None:
    recording = recorded(case)
    lists = recording.lists
    shown = kubectl("get", "pods,events,deployments", "-n", case, "-o", "json", config=kubeconfig)
    expected = [
        {"apiVersion": version, "kind": kind, **one}
        for plural, (version, kind) in WRITTEN.items()
        for one in by_name(lists[plural])
    ]
    assert not shown.stderr
    assert json.loads(shown.stdout)["items"] == expected

    told = kubectl("describe", "pods", "-n", case, config=kubeconfig)
    assert told.returncode == 0, told.stderr
    for pod in lists["pods"]:
        assert pod["metadata"]["name"] in told.stdout.decode()
    about_pods = [one for one in lists["events"] if one["involvedObject"]["kind"] == "Pod"]
    assert about_pods
    for event in about_pods:
        assert event["message"].splitlines()[0] in told.stdout.decode()


@pytest.mark.parametrize("case", CASES)
def test_recorded_logs_are_what_kubectl_shows(
    case: str, kubectl: Kubectl, kubeconfig: Path, recorded: Callable[[str], Recording]
) -> None:
    recording = recorded(case)
    for which, log in recording.logs.items():
        words = ["logs", which.pod, "-c", which.container, "-n", case, *(["--previous"] if which.previous else [])]
        shown = kubectl(*words, "--timestamps", config=kubeconfig)
        refused = refusal(log)
        if refused is not None:
            assert shown.returncode == 1
            assert shown.stderr.decode() == f"Error from server (BadRequest): {refused}\n"
        else:
            assert shown.stdout == log
            bare = kubectl(*words, "--tail=2", config=kubeconfig).stdout.decode().splitlines()
            assert bare == [line.partition(" ")[2] for line in log.decode().splitlines()[-2:]]
    if not recording.logs:  # of a pod on no node the server gives an empty log
        shown = kubectl("logs", "deployment/score", "-n", case, config=kubeconfig)
        assert (shown.returncode, shown.stdout) == (0, b"")


def by_name(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda one: one["metadata"]["name"])


def test_exec_runs_a_real_command(kubectl: Kubectl, newer_server: ApiServer, tmp_path: Path) -> None:
    load(newer_server, ["healthy"])
    newer_server.execute = on_this_machine({"PATH": os.environ["PATH"], "PLACE": "the container"}, tmp_path)
    config = newer_server.kubeconfig(tmp_path / "config", namespace="healthy")
    command = ["exec", "-i", "deployment/score", "--"]
    done = kubectl(*command, "sh", "-c", "cat; echo $PLACE >&2; exit 7", config=config, stdin=b"a line\n" * 20_000)
    assert (done.returncode, done.stdout) == (7, b"a line\n" * 20_000)
    assert done.stderr == b"the container\ncommand terminated with exit code 7\n"
    assert kubectl(*command, "no-such-program", config=config).returncode == 126


def test_exec_is_refused_where_nothing_runs(kubectl: Kubectl, newer_server: ApiServer, tmp_path: Path) -> None:
    load(newer_server, ["image-missing"])
    config = newer_server.kubeconfig(tmp_path / "config", namespace="image-missing")
    done = kubectl("exec", "deployment/score", "--", "true", config=config)
    assert done.returncode != 0
    assert b"container not found" in done.stderr


def test_a_patch_of_a_deployment(
    kubectl: Kubectl, kubeconfig: Path, recorded: Callable[[str], Recording], api_server: ApiServer
) -> None:
    recorded("readiness-wrong-port")
    (before,) = api_server.store.all("apps", "deployments")
    containers = '[{"name": "inference-server", "readinessProbe": {"httpGet": {"port": 5001}}}]'
    words = ["patch", "deployment/score", "-n", "readiness-wrong-port", "-p"]
    words.append(f'{{"spec": {{"template": {{"spec": {{"containers": {containers}}}}}}}}}')
    dry = kubectl(*words, "--dry-run=server", "-o", "json", config=kubeconfig)
    (container,) = json.loads(dry.stdout)["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/", "port": 5001, "scheme": "HTTP"}
    assert container["command"][0] == "azmlinfsrv"
    assert api_server.store.all("apps", "deployments") == [before]
    assert kubectl(*words, config=kubeconfig).returncode == 0
    (after,) = api_server.store.all("apps", "deployments")
    assert after["spec"]["template"]["spec"]["containers"] == [container]
    assert after["metadata"]["generation"] == before["metadata"]["generation"] + 1


def test_plain_get_shows_a_table(kubectl: Kubectl, kubeconfig: Path, recorded: Callable[[str], Recording]) -> None:
    recorded("no-run")
    shown = kubectl("get", "pods,deployments", "-A", config=kubeconfig).stdout.decode()
    assert "CrashLoopBackOff" in shown
    assert "deployment.apps/score" in shown
    assert "READY" in shown
