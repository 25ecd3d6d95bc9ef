"""Rehearsals in a copy of a pod: what is asked of the server, what comes of it, and that nothing is left."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster.answers import Refusal
from cluster.api_server import ApiServer, run_at_once
from cluster.executing import Exec, Process
from cluster.inside_pods import CONTAINER, FAILED, NAME, NAMESPACE, Place, served
from cluster.rights import User

from checks.containers import Inside
from checks.evidence import Missing, Phase, Probe
from doctor.cluster import copies, rehearsal
from doctor.cluster.api import Access, Api, connect
from doctor.cluster.rehearsal import Rehearsed, rehearse, sweep
from doctor.containers import desk, owned
from doctor.containers.brought import Brought
from doctor.probe.launcher import Payload

BROKEN = """import json, os
def init():
    global model
    model = json.load(open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.json")))
def run(data):
    return model
"""
LAST = {"terminated": {"exitCode": 3, "reason": "Error"}}
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A container's folders, and a desk that lies beside them instead of at the root of this machine."""
    folder = tmp_path / "container"
    folder.mkdir()
    at = str(tmp_path / "desk")
    (tmp_path / "desk").mkdir()
    monkeypatch.setattr(desk, "PLACE", at)
    for name in ("RESULTS", "ORDERS", "ATTENDANT", "PROBE", "LOOK"):
        monkeypatch.setattr(desk, name, getattr(desk, name).replace("/.doctor", at))
    return Place(folder)


@pytest.fixture
def api(kubeconfig: Path) -> Iterator[Api]:
    with connect(Access(kubeconfig=kubeconfig, seconds=60)) as api:
        yield api


def rehearsed(server: ApiServer, api: Api, place: Place, pod: dict[str, Any], *payloads: Payload) -> Rehearsed:
    """Rehearse; whatever comes of it, the pod stays and nothing else does."""
    seen = served(server, place, pod)
    with Brought() as brought:
        done = rehearse(api, seen, CONTAINER, payloads, brought, seconds=20)
    assert names(server) == [NAME]
    return done


def names(server: ApiServer) -> list[str]:
    return [pod["metadata"]["name"] for pod in server.store.all("", "pods", NAMESPACE)]


def test_what_breaks_init(api_server: ApiServer, api: Api, place: Place) -> None:
    (place.code / "score.py").write_text(BROKEN)
    (place.models / "other.json").write_text("[1]")
    done = rehearsed(api_server, api, place, place.pod(FAILED, LAST))
    assert isinstance(done.probe, Probe), done
    step = done.probe.step(Phase.INIT)
    assert step is not None
    assert step.raised is not None
    assert step.raised.type == "FileNotFoundError"
    assert str(place.models / "model.json") in step.raised.message
    assert isinstance(done.inside, Inside)
    assert done.inside.how == "rehearsal"
    assert done.inside.file(f"{place.models}/other.json") is not None
    assert not isinstance(done.installed, Missing)
    assert done.probe.exit is None or not done.probe.exit.left  # what keeps the copy going is none of the script's


def test_a_sample_is_scored(api_server: ApiServer, api: Api, place: Place) -> None:
    (place.code / "score.py").write_text("import json\ndef init(): ...\ndef run(data): return json.loads(data)['x']\n")
    done = rehearsed(api_server, api, place, place.pod(FAILED, LAST), Payload(source="a.json", body=b'{"x": 7}'))
    assert isinstance(done.probe, Probe), done
    step = done.probe.step(Phase.RUN)
    assert step is not None
    assert step.returned is not None
    assert (step.outcome, step.sample) == ("passed", "a.json")


def test_nobody_notices_the_copy(place: Place) -> None:
    pod = place.pod(
        FAILED,
        LAST,
        imagePullPolicy="Always",
        ports=[{"containerPort": 5001, "hostPort": 5001}],
        livenessProbe={"httpGet": {"path": "/", "port": 5001}},
        lifecycle={"preStop": {"exec": {"command": ["true"]}}},
        resources={"limits": {"memory": "512Mi"}},
        volumeMounts=[
            {"name": "claim", "mountPath": "/data"},
            {"name": "claim", "mountPath": "/model", "readOnly": True},
            {"name": "empty", "mountPath": "/scratch"},
        ],
    )
    pod["spec"] |= {
        "volumes": [
            {"name": "claim", "persistentVolumeClaim": {"claimName": "models"}},
            {"name": "empty", "emptyDir": {}},
        ],
        "initContainers": [{"name": "fetch", "image": "i"}, {"name": "mesh", "image": "m", "restartPolicy": "Always"}],
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "serviceAccountName": "scorer",
        "priority": 1000,
        "priorityClassName": "high",
        "hostNetwork": True,
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}]}},
        "topologySpreadConstraints": [{"topologyKey": "zone"}],
        "readinessGates": [{"conditionType": "x"}],
    }
    copy = copies.copy_of(pod, CONTAINER, "doctor-1", "me", waiting=("sh", "-c", "sleep {seconds}"), seconds=90)
    metadata, spec = copy.body["metadata"], copy.body["spec"]
    (container,) = spec["containers"]
    assert metadata["labels"] == {"doctor": "rehearsal"}
    assert "ownerReferences" not in metadata
    assert "prometheus.io/scrape" not in metadata["annotations"]
    assert metadata["annotations"]["doctor.owner"] == "me"
    assert container["command"] == ["sh", "-c", "sleep 90"]
    assert container["resources"] == {"limits": {"memory": "512Mi"}}
    assert container["imagePullPolicy"] == "IfNotPresent"
    assert not {"ports", "livenessProbe", "lifecycle", "args"} & container.keys()
    assert {one["mountPath"]: one.get("readOnly", False) for one in container["volumeMounts"]} == {
        "/data": True,
        "/model": True,
        "/scratch": False,
        copies.PLACE: False,
    }
    assert copy.closed == ["/data"]
    assert [one["name"] for one in spec["initContainers"]] == ["fetch"]
    assert (spec["activeDeadlineSeconds"], spec["serviceAccountName"]) == (90, "scorer")
    assert spec["tolerations"] == [{"key": "gpu", "operator": "Exists"}]
    assert spec["affinity"].keys() == {"nodeAffinity"}
    gone = {"nodeName", "priority", "priorityClassName", "hostNetwork", "topologySpreadConstraints", "readinessGates"}
    assert not gone & spec.keys()


def test_no_right_to_make_a_pod(api_server: ApiServer, place: Place, tmp_path: Path) -> None:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
    api_server.users["short"] = User("reader", rules)
    config = api_server.kubeconfig(tmp_path / "short", token="short")
    with connect(Access(kubeconfig=config, seconds=30)) as api:
        done = rehearsed(api_server, api, place, place.pod(FAILED, LAST))
    assert isinstance(done.probe, Missing)
    assert "create, delete" in done.probe.reason
    assert done.probe == done.inside


def test_a_quota_leaves_no_room(api_server: ApiServer, api: Api, place: Place) -> None:
    def full(pod: dict[str, Any]) -> None:
        raise Refusal(
            403, 'pods "x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=4, limited: pods=4'
        )

    api_server.on_create = full
    done = rehearsed(api_server, api, place, place.pod(FAILED, LAST))
    assert isinstance(done.probe, Missing)
    assert done.probe.reason.startswith(f"a quota of {NAMESPACE} leaves no room")


def test_a_copy_that_no_node_takes(
    api_server: ApiServer, api: Api, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pending(pod: dict[str, Any]) -> None:
        said = {"reason": "Unschedulable", "message": "0/1 nodes are available: 1 Insufficient memory."}
        pod["status"]["conditions"] = [{"type": "PodScheduled", "status": "False", **said}]

    api_server.on_create = pending
    monkeypatch.setattr(rehearsal, "STARTING", 0.5)
    done = rehearsed(api_server, api, place, place.pod(FAILED, LAST))
    assert isinstance(done.probe, Missing)
    assert "1 Insufficient memory" in done.probe.reason


def test_an_image_that_cannot_be_pulled_is_not_waited_for(api_server: ApiServer, api: Api, place: Place) -> None:
    def unpulled(pod: dict[str, Any]) -> None:
        state = {"waiting": {"reason": "ErrImagePull", "message": "manifest unknown"}}
        pod["status"] = {"phase": "Pending", "containerStatuses": [{"name": CONTAINER, "state": state}]}

    api_server.on_create = unpulled
    done = rehearsed(api_server, api, place, place.pod(FAILED, LAST))
    assert isinstance(done.probe, Missing)
    assert "manifest unknown" in done.probe.reason
    assert api_server.calls()[f"POST {PODS}"] == 1


def test_an_image_without_a_shell(api_server: ApiServer, api: Api, place: Place) -> None:
    (place.code / "score.py").write_text("def init(): ...\ndef run(data): return 1\n")
    commands = []

    def without(pod: dict[str, Any]) -> None:
        commands.append(pod["spec"]["containers"][0]["command"][0])
        if commands[-1] == "sh":
            words = 'exec: "sh": executable file not found in $PATH: unknown'
            state = {"terminated": {"exitCode": 127, "reason": "ContainerCannotRun", "message": words}}
            pod["status"] = {"phase": "Running", "containerStatuses": [{"name": CONTAINER, "state": state}]}
        else:
            run_at_once(pod)

    def execute(asked: Exec) -> Process:
        if asked.command[0] in {"sh", "bash"}:
            raise FileNotFoundError
        return place.execute(asked)

    seen = served(api_server, place, place.pod(FAILED, LAST))
    api_server.on_create, api_server.execute = without, execute
    with Brought() as brought:
        done = rehearse(api, seen, CONTAINER, [], brought, seconds=20)
    assert commands == ["sh", "python3"]
    assert isinstance(done.probe, Probe), done
    assert names(api_server) == [NAME]


def test_an_init_container_that_fails_in_the_copy(api_server: ApiServer, api: Api, place: Place) -> None:
    (place.code / "score.py").write_text("def init(): ...\ndef run(data): return 1\n")
    tried = []

    def create(pod: dict[str, Any]) -> None:
        tried.append([one["name"] for one in pod["spec"]["initContainers"]])
        if tried[-1]:
            state = {"terminated": {"exitCode": 1, "reason": "Error"}}
            pod["status"] = {"phase": "Pending", "initContainerStatuses": [{"name": "fetch", "state": state}]}
        else:
            run_at_once(pod)

    pod = place.pod(FAILED, LAST)
    pod["spec"]["initContainers"] = [{"name": "fetch", "image": "i"}]
    api_server.on_create = create
    done = rehearsed(api_server, api, place, pod)
    assert tried == [["fetch"], []]
    assert isinstance(done.probe, Probe), done
    assert any("init container fetch fails" in note for note in done.notes)


def test_ctrl_c_leaves_nothing(api_server: ApiServer, api: Api, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: object) -> None:
        assert len(names(api_server)) == 2
        raise KeyboardInterrupt

    monkeypatch.setattr(rehearsal, "facts_of", pressed)
    with pytest.raises(KeyboardInterrupt):
        rehearsed(api_server, api, place, place.pod(FAILED, LAST))
    assert names(api_server) == [NAME]


def test_an_answer_that_was_lost_leaves_nothing(api_server: ApiServer, api: Api, place: Place) -> None:
    """The server made the pod, and nobody was told."""
    made: list[str] = []

    def timed_out(pod: dict[str, Any]) -> None:
        api_server.store.put("", "pods", [pod])
        made.append(pod["metadata"]["name"])
        raise Refusal(504, "request did not complete within the allotted timeout", reason="Timeout")

    api_server.on_create = timed_out
    done = rehearsed(api_server, api, place, place.pod(FAILED, LAST))
    assert isinstance(done.probe, Missing)
    assert api_server.calls()[f"DELETE {PODS}/{made[0]}"] == 1


def test_what_a_killed_run_left_is_swept(api_server: ApiServer, api: Api, place: Place) -> None:
    host, boot, _, start = owned.me().split(":")
    served(api_server, place, place.pod(FAILED, LAST))
    of_a_dead_run = f"{host}:{boot}:{2**22 + 1}:{start}"

    def copy(name: str, owner: str | None, phase: str = "Running") -> dict[str, Any]:
        marks = {"annotations": {"doctor.owner": owner}} if owner else {}
        now = "2999-11-20T18:00:00Z"
        metadata = {"name": name, "namespace": NAMESPACE, "labels": {"doctor": "rehearsal"}, "creationTimestamp": now}
        return {"metadata": {**metadata, **marks}, "spec": {"containers": []}, "status": {"phase": phase}}

    api_server.add(
        "pods",
        copy("left", of_a_dead_run),
        copy("mine", owned.me()),
        copy("others", f"elsewhere:{boot}:1:1"),
        copy("over", f"elsewhere:{boot}:1:1", "Failed"),
        copy("nobodys", None),
    )
    assert sweep(api, NAMESPACE) == 2
    assert sorted(names(api_server)) == sorted(["mine", NAME, "nobodys", "others"])


def test_sweeping_without_rights_is_no_error(api_server: ApiServer, place: Place, tmp_path: Path) -> None:
    served(api_server, place, place.pod(FAILED, LAST))
    api_server.users["short"] = User("reader", [])
    config = api_server.kubeconfig(tmp_path / "short", token="short")
    with connect(Access(kubeconfig=config, seconds=30)) as api:
        assert sweep(api, NAMESPACE) == 0
