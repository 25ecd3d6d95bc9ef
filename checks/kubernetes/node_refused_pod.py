"""A node refused a pod that the scheduler had sent to it.

What it finds
-------------
Pods that failed at once with a reason of the kubelet's admission: a device that is not free, no room left, a label or a
port that no longer fits.

Why it breaks
-------------
The scheduler decides by what it knows, the kubelet by what is so. A device plugin that lost its devices, a node that
was changed or restarted, or a pod with `nodeName` of its own makes them disagree. The pod stays behind as failed; a
controller makes another one, which may meet the same end again and again.

How to fix
----------
Look at the node: its device plugin, what it offers and what uses it. Then delete the failed pods.

Learn more
----------
Kubernetes documentation, "Device plugins". Source: kubelet `lifecycle/predicate.go` (`UnexpectedAdmissionError`,
`OutOfcpu`), `cm/topologymanager` (`TopologyAffinityError`).
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.rollout import is_up
from checks.kubernetes.scenes import deployment, ended, pod, running, scene, terminated
from checks.kubernetes.seen import cut, workload_of
from checks.runtime.wording import titled

_REASON = re.compile(
    r"UnexpectedAdmissionError|TopologyAffinityError|OutOf[\w./-]+|NodeAffinity|NodePorts|NodeName|NodeUnschedulable"
    r"|AppArmor|SysctlForbidden|InvalidNodeInfo|PodOSNotSupported|PodOSSelectorNodeLabelDoesNotMatch|Admission\w*Error"
)
_DEVICE = re.compile(r"unavailable for (?P<what>[\w./-]*\w)")
SHOWN = 3


@check(
    "kubernetes.node-refused-pod",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.container-failed", "kubernetes.progress-deadline", "kubernetes.not-ready"),
)
def node_refused_pod(evidence: Evidence) -> Iterator[Finding]:
    """Quote the kubelet. Of a workload that serves it is only for information."""
    workload = workload_of(evidence)
    pods = [each for each in workload.pods if each.status.phase == "Failed" and _REASON.fullmatch(each.status.reason)]
    if not pods:
        return
    first = pods[0]
    device = _DEVICE.search(first.status.message)
    node = first.spec.node_name or "<node>"
    number = "a pod" if len(pods) == 1 else f"{len(pods)} pods"
    what = f"no {device['what']} is free" if device else first.status.reason
    yield Finding(
        title=titled(f"node {node} refused {number}: {what}", 88),
        evidence=tuple(
            Quote(source=f"pod/{each.name}", text=cut(f"{each.status.reason}: {each.status.message}"))
            for each in pods[:SHOWN]
        ),
        severity=Severity.INFO if is_up(workload) else Severity.ERROR,
        about=(f"node:{node}", *((f"resource:{device['what']}",) if device else ())),
        fixes=(
            Fix(title="see what the node offers, and what uses it", commands=(f"kubectl describe node {node}",)),
            Fix(
                title="delete what was refused",
                commands=tuple(f"kubectl delete pod {each.name} -n {workload.namespace}" for each in pods[:SHOWN]),
            ),
        ),
        confirm=f"kubectl get pods -n {workload.namespace}",
    )


GPU = (
    "Pod Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested: 1, Available: 0,"
    " which is unexpected"
)


def _refused(reason: str, message: str) -> dict[str, object]:
    return pod(phase="Failed", name="score-a", nodeName="node1", status={"reason": reason, "message": message})


CASES = (
    fires(
        scene(pods=(_refused("UnexpectedAdmissionError", GPU),)),
        saw="node node1 refused a pod: no nvidia.com/gpu is free",
        findings=1,
    ),
    fires(
        scene(pods=(_refused("OutOfcpu", "Node didn't have enough resource: cpu, requested: 2000, used: 1500"),)),
        saw="OutOfcpu",
    ),
    fires(
        scene(
            pods=(pod(running()), _refused("NodeAffinity", "Predicate NodeAffinity failed")),
            controller=deployment(status={"readyReplicas": 1}),
        ),
        name="left over after the node was restarted: for information",
    ),
    quiet(scene(pods=(pod(terminated(ended(1)), phase="Failed", restartPolicy="Never"),))),
    quiet(scene(pods=(pod(running()),))),
)
