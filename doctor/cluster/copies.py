"""A copy of a pod that only waits: the same image, account, limits and mounts, and nothing that anybody would notice.

Fields: Kubernetes API 1.20 to 1.34, `PodSpec`. It is made of the pod as the server has it, so that fields which doctor
does not know are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doctor.containers.desk import PLACE
from doctor.containers.owned import LABEL, OWNER

PURPOSE = "rehearsal"
DESK = "doctor-desk"
WAITING: tuple[tuple[str, ...], ...] = (
    ("sh", "-c", "sleep {seconds} || exec python3 -c 'import time; time.sleep({seconds})'"),
    ("python3", "-c", "import time; time.sleep({seconds})"),
    ("python", "-c", "import time; time.sleep({seconds})"),
)
"""Commands that wait, one after the other where an image has not what the one before needs."""

_OF_POD = (
    *("volumes", "nodeSelector", "tolerations", "serviceAccountName", "imagePullSecrets", "securityContext"),
    *("schedulerName", "runtimeClassName", "dnsPolicy", "dnsConfig", "hostAliases", "hostname", "enableServiceLinks"),
    *("automountServiceAccountToken", "os", "hostUsers", "shareProcessNamespace"),
)
"""What is taken over as it is. Not: node, priority (it must push nobody out), the host's network and processes."""
_NOT_OF_CONTAINER = (
    *("command", "args", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "ports", "tty", "stdin"),
    *("stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "resizePolicy", "restartPolicyRules"),
)
_HARMLESS = ("emptyDir", "configMap", "secret", "downwardAPI", "projected", "ephemeral")
"""Kinds of volumes in which a script may write what it likes: the copy has its own, or nobody may write."""


@dataclass
class Copy:
    """The body to create. `closed` are folders that the pod may write to and the copy may not."""

    body: dict[str, Any]
    closed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def copy_of(
    pod: Mapping[str, Any],
    container: str,
    name: str,
    owner: str,
    *,
    waiting: tuple[str, ...],
    seconds: int,
    with_init: bool = True,
) -> Copy:
    """A pod like this one (as the API gave it) in which one container waits. Ends by itself after `seconds`.

    Its container starts anew when it was killed for want of memory (`OnFailure`), so that its results can be read.
    """
    metadata, spec = pod.get("metadata") or {}, pod.get("spec") or {}
    original = next(one for one in spec.get("containers") or () if one.get("name") == container)
    own = {key: value for key, value in original.items() if key not in _NOT_OF_CONTAINER}
    copy = Copy(body={})
    own["command"] = [word.replace("{seconds}", str(seconds)) for word in waiting]
    own["volumeMounts"] = [*_mounts(spec, own, copy), {"name": DESK, "mountPath": PLACE}]
    if own.get("imagePullPolicy") == "Always":
        own["imagePullPolicy"] = "IfNotPresent"  # the image of the pod that failed, if its node still has it
    made = {key: spec[key] for key in _OF_POD if spec.get(key) is not None}
    if spec.get("hostNetwork"):
        copy.notes.append("the pod uses the network of its node; the copy has its own")
        made["dnsPolicy"] = "ClusterFirst"
    made |= {
        "containers": [own],
        "initContainers": _first(spec, copy) if with_init else [],
        "volumes": [*(made.get("volumes") or ()), {"name": DESK, "emptyDir": {}}],
        "restartPolicy": "OnFailure",
        "activeDeadlineSeconds": seconds,
        "terminationGracePeriodSeconds": 0,
        "affinity": _affinity(spec),
    }
    copy.body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": metadata.get("namespace"),
            "labels": {LABEL: PURPOSE},
            "annotations": {**_annotations(metadata, container), OWNER: owner},
        },
        "spec": made,
    }
    return copy


def _annotations(metadata: Mapping[str, Any], container: str) -> dict[str, str]:
    """Those that tell how the container is confined; nothing else, for others act on annotations."""
    found = metadata.get("annotations") or {}
    endings = (
        f"container.apparmor.security.beta.kubernetes.io/{container}",
        "seccomp.security.alpha.kubernetes.io/pod",
    )
    kept = {name: str(value) for name, value in found.items() if name in endings}
    return {**kept, "sidecar.istio.io/inject": "false", "linkerd.io/inject": "disabled"}


def _first(spec: Mapping[str, Any], copy: Copy) -> list[dict[str, Any]]:
    """The init containers that come to an end; a model may be downloaded by one."""
    found = []
    for one in spec.get("initContainers") or ():
        if one.get("restartPolicy") == "Always":
            copy.notes.append(f"the copy has no sidecar {one.get('name')}")
            continue
        found.append({key: value for key, value in one.items() if key not in {"ports", "lifecycle"}})
    return found


def _mounts(spec: Mapping[str, Any], container: Mapping[str, Any], copy: Copy) -> list[dict[str, Any]]:
    """The mounts, read-only where what is written would stay."""
    volumes = {one.get("name"): one for one in spec.get("volumes") or ()}
    found = []
    for mount in container.get("volumeMounts") or ():
        kinds = (volumes.get(mount.get("name")) or {}).keys()
        if not mount.get("readOnly") and not any(kind in _HARMLESS for kind in kinds):
            copy.closed.append(str(mount.get("mountPath")))
            copy.notes.append(
                f"{mount.get('mountPath')} is mounted read-only in the copy: what the script writes there is refused"
            )
            mount = {**mount, "readOnly": True}  # noqa: PLW2901
            mount.pop("mountPropagation", None)
        found.append(dict(mount))
    return found


def _affinity(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Nodes that the pod may run on, best the one that it has run on: its image is there, and its disk may be.

    What concerns other pods is left out: the copy carries none of their labels.
    """
    node = dict((spec.get("affinity") or {}).get("nodeAffinity") or {})
    if spec.get("nodeName"):
        here = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [spec["nodeName"]]}]}
        preferred = list(node.get("preferredDuringSchedulingIgnoredDuringExecution") or ())
        node["preferredDuringSchedulingIgnoredDuringExecution"] = [*preferred, {"weight": 100, "preference": here}]
    return {"nodeAffinity": node} if node else {}
