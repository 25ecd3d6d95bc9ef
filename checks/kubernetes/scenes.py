"""Workloads for the cases of checks, written as the API writes them; turned into records when a test wants them."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from checks.cluster.events import Event
from checks.cluster.metadata import Metadata, ObjectReference
from checks.cluster.pods import Pod
from checks.cluster.subject import Server, Workload
from checks.cluster.supplies import Claim, Keys, LimitRange, Node, Quota, ServiceAccount, StorageClass
from checks.cluster.traffic import EndpointSlice, Ingress, NetworkPolicy, Service
from checks.cluster.workloads import Autoscaler, Controller, DisruptionBudget
from checks.evidence import Evidence, Log, Logs, Target

Made = dict[str, Any]

NAME, NAMESPACE, POD, SET, TAKEN = (
    "score",
    "team-a",
    "score-6b5496fd48-bmztd",
    "score-6b5496fd48",
    "2026-11-20T18:17:07Z",
)
LABELS = {"app": "score"}

_TYPES: dict[str, Any] = {
    "controller": Controller,
    "replica_sets": Controller,
    "pods": Pod,
    "others": Metadata,
    "services": Service,
    "slices": EndpointSlice,
    "ingresses": Ingress,
    "policies": NetworkPolicy,
    "autoscalers": Autoscaler,
    "budgets": DisruptionBudget,
    "config_maps": Keys,
    "secrets": Keys,
    "accounts": ServiceAccount,
    "claims": Claim,
    "quotas": Quota,
    "storage_classes": StorageClass,
    "limit_ranges": LimitRange,
    "nodes": Node,
}


def spec(**more: Any) -> Made:
    """One container as asked for."""
    return {"name": "inference-server", "image": "score:1", "ports": [{"containerPort": 5001}], **more}


def deployment(*containers: Made, replicas: int | None = 1, status: Made | None = None, **pod_spec: Any) -> Made:
    """A deployment of these containers (the usual one when none is given); `pod_spec` are other fields of the pod."""
    return {
        "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": NAMESPACE, "creationTimestamp": "2026-11-20T18:07:07Z"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": LABELS},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {"containers": list(containers or (spec(),)), **pod_spec},
            },
        },
        "status": status or {},
    }


def replica_set(status: Made | None = None) -> Made:
    """The deployment's replica set."""
    made = deployment()
    return {**made, "kind": "ReplicaSet", "metadata": {**made["metadata"], "name": SET}, "status": status or {}}


def waiting(reason: str, message: str = "", *, last: Made | None = None, restarts: int = 0) -> Made:
    """The state of a container that waits. `last` is how it ended before: `ended(3)`."""
    state = {"waiting": {"reason": reason, "message": message}}
    return {"state": state, "lastState": {"terminated": last} if last else {}, "restartCount": restarts}


def running(
    *, ready: bool = True, last: Made | None = None, restarts: int = 0, since: str = "2026-11-20T18:07:36Z"
) -> Made:
    """The state of a container that runs."""
    state: Made = {"running": {"startedAt": since}}
    last_state = {"terminated": last} if last else {}
    return {"state": state, "lastState": last_state, "restartCount": restarts, "ready": ready, "started": True}


def terminated(how: Made, restarts: int = 0) -> Made:
    """The state of a container that has ended: `terminated(ended(1))`."""
    return {"state": {"terminated": how}, "restartCount": restarts}


def ended(code: int, reason: str = "Error", message: str = "", start: str = "", end: str = "") -> Made:
    """How a container ended."""
    return {
        "exitCode": code,
        "reason": reason,
        "message": message,
        "startedAt": start or "2026-11-20T18:15:43Z",
        "finishedAt": end or "2026-11-20T18:16:09Z",
    }


def pod(
    state: Made | None = None,
    *containers: Made,
    phase: str = "",
    name: str = POD,
    init: Made | None = None,
    conditions: tuple[Made, ...] = (),
    status: Made | None = None,
    labels: Made | None = None,
    **pod_spec: Any,
) -> Made:
    """A pod whose first container is in `state` (`waiting(...)`, `running(...)`; None: not even scheduled).

    `init` is the state of its first init container, which `pod_spec` asks for as `initContainers`.
    """
    asked = list(containers or (spec(),))
    scheduled = state is not None or init is not None
    ready = bool(state and state.get("ready"))
    first = {"name": asked[0]["name"], **(state or {"state": {"waiting": {"reason": "PodInitializing"}}})}
    inits = pod_spec.get("initContainers") or []
    return {
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": LABELS if labels is None else labels,
            "creationTimestamp": "2026-11-20T18:07:07Z",
            "ownerReferences": [{"kind": "ReplicaSet", "name": SET, "controller": True}],
        },
        "spec": {"containers": asked, **({"nodeName": "node1"} if scheduled else {}), **pod_spec},
        "status": {
            "phase": phase or ("Running" if state and "waiting" not in state.get("state", {}) else "Pending"),
            "startTime": "2026-11-20T18:07:07Z",
            "podIP": "172.17.0.8" if scheduled else "",
            "conditions": [
                {"type": "PodScheduled", "status": "True" if scheduled else "False"},
                {"type": "Ready", "status": "True" if ready else "False"},
                *conditions,
            ],
            "containerStatuses": [first] if scheduled else [],
            "initContainerStatuses": [{"name": inits[0]["name"], **init}] if init and inits else [],
            **(status or {}),
        },
    }


def pending(message: str, *containers: Made, reason: str = "Unschedulable", **more: Any) -> Made:
    """A pod that no node took, with the scheduler's words."""
    said = {"type": "PodScheduled", "status": "False", "reason": reason, "message": message}
    return pod(None, *containers, status={"conditions": [said], "podIP": ""}, **more)


def refused(message: str, reason: str = "FailedCreate") -> Made:
    """A replica set that may not make its pod, for the field `replica_sets`."""
    return replica_set(
        {"conditions": [{"type": "ReplicaFailure", "status": "True", "reason": reason, "message": message}]}
    )


def event(
    reason: str,
    message: str,
    about: str = f"Pod/{POD}",
    *,
    container: str = "",
    type: str = "Warning",
    count: int = 1,
    first: str = "2026-11-20T18:07:20Z",
    last: str = "2026-11-20T18:16:50Z",
    reporter: str = "kubelet",
) -> Event:
    """An event about an object, `Kind/name`; of one container when named."""
    kind, _, name = about.partition("/")
    path = f"spec.containers{{{container}}}" if container else ""
    return Event(
        about=ObjectReference(kind=kind, name=name, namespace=NAMESPACE, field_path=path),
        reason=reason,
        message=message,
        type=type,
        count=count,
        first=first,
        last=last,
        reporter=reporter,
    )


def service(
    selector: Made | None = None, *ports: Made, name: str = NAME, status: Made | None = None, **more: Any
) -> Made:
    """A service, of port 80 to 5001 unless told."""
    return {
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "selector": LABELS if selector is None else selector,
            "ports": list(ports or ({"port": 80, "targetPort": 5001},)),
            "type": "ClusterIP",
            **more,
        },
        "status": status or {},
    }


def node(name: str = "node1", *, labels: Made | None = None, conditions: tuple[Made, ...] = (), **more: Any) -> Made:
    """A node of 2 cores and 4 GiB that is ready. `more`: `spec`, and fields of `status` such as `allocatable`."""
    room = {"cpu": "2", "memory": "4Gi", "pods": "110"}
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **(labels or {})}},
        "spec": more.pop("spec", {}),
        "status": {
            "capacity": room,
            "allocatable": room,
            "conditions": list(conditions or ({"type": "Ready", "status": "True"},)),
            "nodeInfo": {"architecture": "amd64", "operatingSystem": "linux"},
            **more,
        },
    }


def keys(name: str, *of: str, type: str = "") -> Made:
    """A config map or secret with these keys."""
    return {"metadata": {"name": name, "namespace": NAMESPACE}, "keys": list(of), "type": type}


@dataclass(frozen=True)
class Scene:
    """A workload that becomes evidence when it is called."""

    fields: Made
    log: str = ""
    seen: Made = field(default_factory=dict)

    def __call__(self) -> Evidence:
        """The evidence."""
        made = {name: _made(name, value) for name, value in self.fields.items()}
        logs = Logs(items=(Log(source=f"kubectl logs {POD} -c inference-server --previous", text=self.log),))
        workload = Workload(
            **{
                "kind": "Deployment",
                "name": NAME,
                "namespace": NAMESPACE,
                "taken": TAKEN,
                "server": Server(address="https://192.0.2.2:6443", version="v1.20.2", minor=20),
                "pod_count": len(made.get("pods", ())),
                **made,
            }
        )
        evidence = Evidence(
            target=Target(kind="workload", name=f"{workload.namespace}/{workload.shown}"), workload=workload
        )
        return evidence.replace(**({"logs": logs} if self.log else {}), **self.seen)


def _made(name: str, value: Any) -> Any:
    of = _TYPES.get(name)
    if of is None or not isinstance(value, dict | tuple | list):
        return value
    return msgspec.convert(value, of) if isinstance(value, dict) else tuple(msgspec.convert(one, of) for one in value)


def scene(log: str = "", *, seen: Made | None = None, **fields: Any) -> Scene:
    """A deployment `score` in `team-a`; `fields` are those of Workload, written as the API writes them.

    scene(pods=(pod(waiting("ErrImagePull")),), events=(event("Failed", "..."),)); the deployment is the usual one
    unless `controller` is given. `log` is that of the container's last start, `seen` sets other fields of Evidence.
    """
    return Scene({"controller": deployment(), **fields}, log, seen or {})
