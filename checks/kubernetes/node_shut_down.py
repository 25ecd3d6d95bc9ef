"""Pods ended because their node was shut down.

What it finds
-------------
Pods that failed with the reasons that a kubelet gives when its node shuts down.

Why it breaks
-------------
A kubelet that hears of a shutdown ends its pods and leaves them behind as failed; spot and preemptible machines are
shut down at any time. A bare pod or a job that may not be started again stays so.

How to fix
----------
Let a deployment keep the pods, with two replicas on different nodes; delete the failed pods that are left over.

Learn more
----------
Kubernetes documentation, "Node shutdowns". Source: kubelet `nodeshutdown` (1.20: `Shutdown`, 1.21: `NodeShutdown`, from
1.22: `Terminated`).
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Pod
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.rollout import is_up
from checks.kubernetes.scenes import deployment, ended, pod, running, scene, terminated
from checks.kubernetes.seen import cut, workload_of
from checks.runtime.wording import titled

REASONS = frozenset({"Shutdown", "NodeShutdown", "Terminated"})
SHOWN = 3


@check(
    "kubernetes.node-shut-down",
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
def node_shut_down(evidence: Evidence) -> Iterator[Finding]:
    """Count what was left behind. Of a workload that serves it is only for information."""
    workload = workload_of(evidence)
    pods = [each for each in workload.pods if _was_shut_down(each)]
    if not pods:
        return
    node = pods[0].spec.node_name or "<node>"
    number = "a pod" if len(pods) == 1 else f"{len(pods)} pods"
    yield Finding(
        title=titled(f"{number} ended as node {node} was shut down", 88),
        evidence=tuple(
            Quote(source=f"pod/{each.name}", text=cut(f"{each.status.reason}: {each.status.message}"))
            for each in pods[:SHOWN]
        ),
        severity=Severity.INFO if is_up(workload) else Severity.ERROR,
        about=(f"node:{node}",),
        fixes=(
            Fix(
                title="delete what is left over",
                commands=tuple(f"kubectl delete pod {each.name} -n {workload.namespace}" for each in pods[:SHOWN]),
            ),
        ),
        confirm=f"kubectl get node {node}",
    )


def _was_shut_down(each: Pod) -> bool:
    return each.status.phase == "Failed" and each.status.reason in REASONS and "shut" in each.status.message.lower()


def _ended(reason: str, message: str) -> dict[str, object]:
    return pod(terminated(ended(137)), phase="Failed", name="score-a", status={"reason": reason, "message": message})


NEW = "Pod was terminated in response to imminent node shutdown."
CASES = (
    fires(scene(pods=(_ended("Terminated", NEW),)), saw="a pod ended as node node1 was shut down", findings=1),
    fires(scene(pods=(_ended("Shutdown", "Node is shutting, evicting pods"),)), name="1.20"),
    fires(
        scene(pods=(pod(running()), _ended("Terminated", NEW)), controller=deployment(status={"readyReplicas": 1})),
        name="left over: for information",
    ),
    quiet(scene(pods=(_ended("Evicted", "The node was low on resource: memory. "),))),
    quiet(scene(pods=(pod(running()),))),
)
