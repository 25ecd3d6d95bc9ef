"""A pod was evicted, as it wrote more to its node's disk than it may.

What it finds
-------------
Evictions for the pod's own limit: `limits.ephemeral-storage` of a container or of the pod, or the `sizeLimit` of an
emptyDir volume.

Why it breaks
-------------
What a container writes to its file system, to emptyDir volumes and to its log counts as local storage. The kubelet
measures it from time to time and ends the pod when it is over the limit; the replacement writes the same again, e.g.
downloads the model once more.

How to fix
----------
Raise the limit, or write less: download models to a volume, rotate what is cached, log less.

Learn more
----------
Kubernetes documentation, "Local ephemeral storage". Source: kubelet `eviction/helpers.go`.
"""

import re
from collections.abc import Iterator
from typing import Any

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Pod
from checks.cluster.quantities import amount, size
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.ends import LATELY
from checks.kubernetes.patching import of_container, of_template
from checks.kubernetes.rollout import is_up
from checks.kubernetes.scenes import ended, pod, running, scene, spec, terminated
from checks.kubernetes.seen import age, cut, templates, workload_of
from checks.runtime.wording import titled

_CONTAINER = re.compile(r'[Cc]ontainer (?P<name>\S+) exceeded its local ephemeral storage limit "(?P<limit>[^"]+)"')
_POD = re.compile(r"[Pp]od ephemeral local storage usage exceeds the total limit of containers (?P<limit>\w+)")
_VOLUME = re.compile(r'[Uu]sage of EmptyDir volume "(?P<name>[^"]+)" exceeds the limit "(?P<limit>[^"]+)"')


@check(
    "kubernetes.local-storage-exceeded",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.killed",
        "kubernetes.container-failed",
        "kubernetes.progress-deadline",
        "kubernetes.not-ready",
    ),
)
def local_storage_exceeded(evidence: Evidence) -> Iterator[Finding]:
    """Say whose limit it was, and double it."""
    workload = workload_of(evidence)
    told: dict[str, list[Pod]] = {}
    for each in workload.pods:
        if each.status.reason == "Evicted" and _title(each.status.message):
            told.setdefault(_title(each.status.message), []).append(each)
    for title, pods in told.items():
        more = f" ({len(pods)} pods)" if len(pods) > 1 else ""
        yield Finding(
            title=titled(title + more, 88),
            evidence=(Quote(source=f"pod/{pods[0].name}", text=cut(f"Evicted: {pods[0].status.message.strip()}")),),
            severity=Severity.WARNING if is_up(workload) and not _again(workload, pods) else Severity.ERROR,
            about=("resource:ephemeral-storage",),
            fixes=_fixes(workload, pods[0].status.message),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _again(workload: Workload, pods: list[Pod]) -> bool:
    """True when a pod of the present template met this end lately: the one that is ready now is on its way to it."""
    present = {pod.metadata.labels.get("pod-template-hash") for pod in workload.pods if pod.is_ready}
    ages = [
        age(workload, each.metadata.creation_timestamp)
        for each in pods
        if each.metadata.labels.get("pod-template-hash") in present
    ]
    return any(each is None or each < LATELY for each in ages)


def _title(message: str) -> str:
    if found := _CONTAINER.search(message):
        return f"container `{found['name']}` wrote more than its {found['limit']} of local storage"
    if found := _VOLUME.search(message):
        return f"emptyDir volume `{found['name']}` grew beyond its limit of {found['limit']}"
    found = _POD.search(message)
    return f"the pod wrote more than the {found['limit']} of local storage of its containers" if found else ""


def _fixes(workload: Workload, message: str) -> tuple[Fix, ...]:
    less = Fix(title="write less: models on a volume, no cache that only grows, a shorter log")
    if found := _VOLUME.search(message):
        larger = _twice(found["limit"])
        old = workload.spec.volume(found["name"]) if workload.spec else None
        empty: dict[str, Any] = {"sizeLimit": larger}
        if old and old.empty_dir and old.empty_dir.medium:
            empty["medium"] = old.empty_dir.medium
        volume = {"volumes": [{"name": found["name"], "emptyDir": empty}]}
        return (of_template(f"let the volume grow to {larger}", workload, volume), less)
    if found := _CONTAINER.search(message):
        return (_larger(workload, found["name"], found["limit"]), less)
    one = _only_limited(workload)
    if one and (found := _POD.search(message)):
        return (_larger(workload, one, found["limit"]), less)
    return (less,)


def _only_limited(workload: Workload) -> str:
    """The container whose limit that of the pod is."""
    limited = [one.name for one, _ in templates(workload) if "ephemeral-storage" in one.resources.limits]
    return limited[0] if len(limited) == 1 else ""


def _larger(workload: Workload, container: str, written: str) -> Fix:
    larger = _twice(written)
    resources = {"resources": {"limits": {"ephemeral-storage": larger}}}
    return of_container(f"allow {larger} of local storage", workload, container, resources)


def _twice(written: str) -> str:
    return size(2 * (amount(written) or 0))


def _evicted(message: str) -> dict[str, object]:
    return pod(terminated(ended(137)), spec(), phase="Failed", status={"reason": "Evicted", "message": message})


CASES = (
    fires(
        scene(pods=(_evicted('Container inference-server exceeded its local ephemeral storage limit "1Gi". '),)),
        saw="container `inference-server` wrote more than its 1Gi of local storage",
        findings=1,
    ),
    fires(
        scene(pods=(_evicted('Usage of EmptyDir volume "cache" exceeds the limit "500Mi". '),)),
        saw="beyond its limit of 500Mi",
    ),
    fires(
        scene(pods=(_evicted("Pod ephemeral local storage usage exceeds the total limit of containers 2Gi. "),)),
        saw="2Gi",
    ),
    fires(
        scene(
            pods=(
                _evicted('Usage of EmptyDir volume "cache" exceeds the limit "4Mi". '),
                pod(running(), name="score-2"),
            ),
        ),
        saw="4Mi",
        name="its successor is ready, for the time being",
    ),
    quiet(scene(pods=(_evicted("The node was low on resource: ephemeral-storage. "),)), name="the node's disk"),
    quiet(scene(pods=(pod(running()),))),
)
