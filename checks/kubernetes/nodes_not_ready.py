"""No node is there, or none that takes pods.

What it finds
-------------
Nodes that are cordoned, not ready, unreachable or under pressure, when they are all that the pod could run on; and a
cluster without nodes.

Why it breaks
-------------
A node that is cordoned (`unschedulable`) or that its kubelet reports as not ready takes no new pods. The pod stays
Pending until a node comes back.

How to fix
----------
Uncordon the node, or find out why its kubelet is not ready.

Learn more
----------
Kubernetes documentation, "Nodes", and "Taint based Evictions".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.supplies import Node
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.patching import told
from checks.kubernetes.scenes import ended, node, pending, pod, scene, terminated
from checks.kubernetes.scheduling import nodes_of, unplaced
from checks.kubernetes.seen import workload_of

_SHORT = {"memory": "memory", "disk": "disk space", "pid": "process ids"}
"""What a node is short of, by the taint of its condition."""


@check("kubernetes.nodes-not-ready", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def nodes_not_ready(evidence: Evidence) -> Iterator[Finding]:
    """Say what is wrong with each node."""
    workload = workload_of(evidence)
    for one in unplaced(workload)[:1]:
        none = "no nodes available" in one.message or one.message.startswith("0/0 ")
        if not none and (one.main is None or one.main.kind != "node-state"):
            continue
        bad = [(n, why) for n in nodes_of(workload) if (why := _why(n))]
        pressure = one.main.what.rpartition("/")[2].removesuffix("-pressure") if one.main else ""
        pressure = _SHORT.get(pressure, "")
        if pressure and any(each.status.reason == "Evicted" for each in workload.pods):
            continue  # what the kubelet said of those that it ended tells who used it up
        cordoned = [n.name for n, _ in bad if n.spec.unschedulable]
        state = f"short of {pressure}" if pressure else "cordoned or not ready"
        words = f"is {state}" if len(bad) == 1 else f"nodes are {state}"
        names = bad[0][0].name if len(bad) == 1 else "the"
        yield Finding(
            title="the cluster has no nodes"
            if none
            else f"{names} {words}, so no node takes the pod"
            if bad
            else f"the nodes that would do are {state}",
            evidence=(one.quote, *(Quote(source=f"node/{n.name}", text=why) for n, why in bad[:5])),
            about=(*(f"node:{n.name}" for n, _ in bad), *((f"resource:{pressure}",) if pressure else ())),
            fixes=(
                *(Fix(title=f"uncordon {name}", commands=(f"kubectl uncordon {name}",)) for name in cordoned[:2]),
                told(
                    "start the node pool"
                    if none
                    else f"see what uses up the node's {pressure}"
                    if pressure
                    else "find out why the node is not ready",
                    "az aks nodepool scale -c <nodes> -n <pool> ..."
                    if none
                    else f"kubectl describe node {bad[0][0].name if bad else '<node>'}",
                ),
            ),
            confirm="kubectl get nodes",
        )


def _why(one: Node) -> str:
    """What keeps pods away from a node; empty when nothing does."""
    ready = one.status.condition("Ready")
    found = ["unschedulable (cordoned)"] if one.spec.unschedulable else []
    if ready and ready.status != "True":
        found.append(f"Ready is {ready.status}: {ready.reason} {ready.message}".strip())
    found += [
        f"{c.type}: {c.message}" for c in one.status.conditions if c.type.endswith("Pressure") and c.status == "True"
    ]
    return "; ".join(found)


CORDONED = "0/1 nodes are available: 1 node(s) were unschedulable."
NOT_READY = (
    "0/1 nodes are available: 1 node(s) had taint {node.kubernetes.io/not-ready: }, that the pod didn't tolerate."
)

CASES = (
    fires(scene(pods=(pending(CORDONED),), nodes=(node(spec={"unschedulable": True}),)), saw="cordoned"),
    fires(
        scene(
            pods=(pending(NOT_READY),),
            nodes=(node(conditions=({"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"},)),),
        ),
        saw="NodeStatusUnknown",
    ),
    fires(
        scene(pods=(pending(NOT_READY.replace("not-ready", "memory-pressure")),), nodes=(node(),)),
        saw="short of memory",
        name="the pressure is gone by now",
    ),
    quiet(
        scene(
            pods=(
                pending(NOT_READY.replace("not-ready", "memory-pressure")),
                pod(terminated(ended(137)), phase="Failed", name="score-b", status={"reason": "Evicted"}),
            )
        ),
        name="its own pods were evicted",
    ),
    fires(scene(pods=(pending("no nodes available to schedule pods"),)), saw="no nodes"),
    quiet(
        scene(pods=(pending("0/2 nodes are available: 1 node(s) were unschedulable, 1 Insufficient memory."),)),
        name="the other node is full",
    ),
)
