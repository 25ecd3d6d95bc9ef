"""A node does not answer any more, and the pods on it are lost with it.

What it finds
-------------
Pods on a node whose `Ready` condition is not true, or that the node controller has marked as lost.

Why it breaks
-------------
When a kubelet stops reporting, its pods are taken out of their services after about 40 seconds, and marked for deletion
after five minutes (or the pod's own toleration). They cannot be deleted before the node answers: a deployment makes
others meanwhile, a stateful set waits, and volumes stay attached.

How to fix
----------
Bring the node back, or delete it from the cluster when it is gone for good; then its pods and volumes are let go.

Learn more
----------
Kubernetes documentation, "Nodes": node status, and "Non-graceful node shutdown handling" (from 1.28).
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.cluster.supplies import Node
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.rollout import is_up
from checks.kubernetes.scenes import event, node, pod, running, scene, waiting
from checks.kubernetes.seen import events, quote_event, quote_field, workload_of
from checks.runtime.wording import titled

SHOWN = 3


@check(
    "kubernetes.node-lost",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.stuck-terminating",
        "kubernetes.not-ready",
        "kubernetes.progress-deadline",
        "kubernetes.killed",
    ),
)
def node_lost(evidence: Evidence) -> Iterator[Finding]:
    """By the node's own condition, or by what was said of the pods where nodes may not be read."""
    workload = workload_of(evidence)
    by_node: dict[str, list[Pod]] = {}
    for each in workload.pods:
        if each.spec.node_name and each.status.phase not in {"Failed", "Succeeded"} and _is_lost(workload, each):
            by_node.setdefault(each.spec.node_name, []).append(each)
    for name, pods in by_node.items():
        found = _node(workload, name)
        state = found.status.condition("Ready") if found else None
        says = f" (Ready: {state.status})" if state else ""
        number = "1 pod" if len(pods) == 1 else f"{len(pods)} pods"
        said = [one for each in pods[:SHOWN] for one in events(workload, "NodeNotReady", pod=each)]
        yield Finding(
            title=titled(f"node {name} does not answer{says}: {number} of {workload.shown} lost", 88),
            evidence=(
                *(
                    (quote_field(f"node/{name}", "Ready", f"{state.status} {state.reason} {state.message}"),)
                    if state
                    else ()
                ),
                *(quote_event(one) for one in said[:SHOWN]),
                *(Quote(source=f"pod/{each.name}", text=f"on node {name}, {_how(each)}") for each in pods[:SHOWN]),
            ),
            severity=Severity.WARNING if is_up(workload) else Severity.ERROR,
            about=(f"node:{name}",),
            fixes=(
                Fix(title="see what the node said last", commands=(f"kubectl describe node {name}",)),
                Fix(title="when it is gone for good, let its pods go", commands=(f"kubectl delete node {name}",)),
            ),
            confirm=f"kubectl get node {name}",
        )


def _how(each: Pod) -> str:
    return "being deleted" if each.metadata.deletion_timestamp else f"phase {each.status.phase or 'unknown'}"


def _node(workload: Workload, name: str) -> Node | None:
    if isinstance(workload.nodes, Missing):
        return None
    return next((one for one in workload.nodes if one.name == name), None)


def _is_lost(workload: Workload, each: Pod) -> bool:
    found = _node(workload, each.spec.node_name)
    state = found.status.condition("Ready") if found else None
    if state is not None:
        return state.status != "True"
    marked = each.status.reason == "NodeLost" or each.status.phase == "Unknown"
    return marked or (not each.is_ready and bool(events(workload, "NodeNotReady", pod=each)))


LOST = node(conditions=({"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"},))
SAID = event("NodeNotReady", "Node is not ready", reporter="node-controller")
CASES = (
    fires(
        scene(pods=(pod(running(ready=False)),), nodes=(LOST,)),
        saw="node node1 does not answer (Ready: Unknown): 1 pod of deployment/score lost",
        findings=1,
    ),
    fires(scene(pods=(pod(running(ready=False)),), events=(SAID,)), saw="Node is not ready", name="nodes not readable"),
    fires(scene(pods=(pod(running(), status={"reason": "NodeLost"}, phase="Unknown"),)), saw="phase Unknown"),
    quiet(scene(pods=(pod(running()),), nodes=(node(),), events=(SAID,)), name="it has come back"),
    quiet(scene(pods=(pod(running()),), events=(SAID,)), name="ready again"),
    quiet(scene(pods=(pod(waiting("ContainerCreating")),), nodes=(node(), {**LOST, "metadata": {"name": "node2"}}))),
)
