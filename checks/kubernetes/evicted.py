"""Pods were evicted, as their node ran low on memory, disk, inodes or process ids.

What it finds
-------------
Pods that failed with the reason `Evicted`, and what the kubelet said of it: the resource, and who used how much.

Why it breaks
-------------
A kubelet that runs low on something that cannot be shared out ends pods, those first that use more than they asked for.
A container without a request asks for nothing and so is always first. Its replacement goes to another node, or back to
this one when the pressure is gone.

How to fix
----------
Ask for what the service needs (`requests`), so that the scheduler finds a node with room and the kubelet looks
elsewhere first; make room on the node.

Learn more
----------
Kubernetes documentation, "Node-pressure eviction". Source: kubelet `eviction/helpers.go`, 1.20 and 1.34.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.rollout import is_up
from checks.kubernetes.scenes import deployment, ended, pod, running, scene, terminated
from checks.kubernetes.seen import cut, workload_of
from checks.runtime.wording import titled

_LOW = re.compile(r"low on resource: \[?(?P<what>[\w.-]+)")
_PRESSURE = re.compile(r"node had condition: \[?(?P<what>\w+)")
_USED = re.compile(
    r"[Cc]ontainer (?P<name>[\w-]+) was using (?P<used>\w+), (?:which exceeds its )?request (?:of|is) (?P<asked>\w+)"
)
_NAMES = {
    "memory": "memory",
    "ephemeral-storage": "disk space",
    "nodefs": "disk space",
    "imagefs": "disk space",
    "inodes": "inodes",
    "pids": "process ids",
    "MemoryPressure": "memory",
    "DiskPressure": "disk space",
    "PIDPressure": "process ids",
}
SHOWN = 3


@check(
    "kubernetes.evicted",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.killed",
        "kubernetes.container-failed",
        "kubernetes.progress-deadline",
        "kubernetes.not-ready",
        "kubernetes.no-ready-endpoint",
    ),
)
def evicted(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each resource. Of a workload that serves it only tells what is left over."""
    workload = workload_of(evidence)
    by_resource: dict[str, list[Pod]] = {}
    for pod_ in workload.pods:
        found = _LOW.search(pod_.status.message) or _PRESSURE.search(pod_.status.message)
        if pod_.status.reason == "Evicted" and found:
            what = found["what"].rstrip(".")
            by_resource.setdefault(_NAMES.get(what, what), []).append(pod_)
    for resource, pods in by_resource.items():
        node = pods[0].spec.node_name
        times = "a pod was" if len(pods) == 1 else f"{len(pods)} pods were"
        yield Finding(
            title=titled(f"{times} evicted: node {node or 'unknown'} was low on {resource}", 88),
            evidence=tuple(
                Quote(source=f"pod/{each.name}", text=cut(f"Evicted: {' '.join(each.status.message.split())}"))
                for each in pods[:SHOWN]
            ),
            severity=Severity.INFO if is_up(workload) else Severity.ERROR,
            about=(f"node:{node}", f"resource:{resource}"),
            fixes=(*_requests(workload, pods[0]), _look(node)),
            confirm=f"kubectl get pods -n {workload.namespace} -o wide",
        )


def _requests(workload: Workload, pod_: Pod) -> tuple[Fix, ...]:
    """Ask for the memory that the kubelet saw in use."""
    used = _USED.search(pod_.status.message)
    if used is None or "memory" not in pod_.status.message:
        return ()
    title = f"ask for the {used['used']} of memory that `{used['name']}` used, instead of {used['asked']}"
    return (of_container(title, workload, used["name"], {"resources": {"requests": {"memory": used["used"]}}}),)


def _look(node: str) -> Fix:
    return Fix(
        title="see how the node stands, and what else uses it", commands=(f"kubectl describe node {node or '<node>'}",)
    )


MEMORY = "The node was low on resource: memory. Container score was using 3172Mi, which exceeds its request of 0. "
NEW = (
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 87096Ki. Container score "
    "was using 3172Mi, request is 64Mi, has larger consumption of memory. "
)


def _evicted(message: str, name: str = "score-a") -> dict[str, object]:
    return pod(terminated(ended(137)), phase="Failed", name=name, status={"reason": "Evicted", "message": message})


CASES = (
    fires(scene(pods=(_evicted(MEMORY),)), saw="a pod was evicted: node node1 was low on memory", findings=1),
    fires(scene(pods=(_evicted(NEW), _evicted(NEW, "score-b"))), saw="2 pods were evicted"),
    fires(scene(pods=(_evicted("The node was low on resource: ephemeral-storage. "),)), saw="low on disk space"),
    fires(scene(pods=(_evicted("The node had condition: [DiskPressure]. "),)), saw="low on disk space"),
    fires(
        scene(pods=(pod(running()), _evicted(MEMORY)), controller=deployment(status={"readyReplicas": 1})),
        name="left over: for information",
    ),
    quiet(scene(pods=(pod(running()),))),
    quiet(scene(pods=(_evicted('Usage of EmptyDir volume "tmp" exceeds the limit "1Gi". '),)), name="its own limit"),
)
