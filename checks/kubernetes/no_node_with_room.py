"""No node has the CPU, memory or disk that the pod asks for.

What it finds
-------------
`Insufficient cpu`, `memory` or `ephemeral-storage` of the scheduler, held against what the nodes have: a request that
no node could ever meet is told apart from nodes that are full at present.

Why it breaks
-------------
The scheduler adds up the requests of all pods of a node, used or not, and places a pod only where its own fit as well.
Without a node the pod stays Pending: no container starts, and there is no log.

How to fix
----------
Lower the request to what the service needs, add a larger node (or one more), or remove pods that hold the room.

Learn more
----------
Kubernetes documentation, "Resource Management for Pods and Containers".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.quantities import amount, size
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, node, pending, scene, spec
from checks.kubernetes.scheduling import Reason, Unplaced, asked_for, nodes_of, waits_for
from checks.kubernetes.seen import workload_of

ROOM = frozenset({"cpu", "memory", "ephemeral-storage"})


@check("kubernetes.no-node-with-room", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def no_node_with_room(evidence: Evidence) -> Iterator[Finding]:
    """Hold what the pod asks for against what the nodes can give."""
    workload = workload_of(evidence)
    for one, reason in waits_for(workload, "resource"):
        if reason.what not in ROOM:
            continue
        asked = asked_for(one.pod, reason.what)
        largest = max((amount(n.status.allocatable.get(reason.what)) or 0.0 for n in nodes_of(workload)), default=None)
        never = asked is not None and largest is not None and asked > largest
        wish = f"the pod requests {_written(reason.what, asked)} of {reason.what}" if asked else f"more {reason.what}"
        yield Finding(
            title=f"no node has {'so much' if never else 'enough free'} {reason.what}"
            + (f": {_written(reason.what, asked)} requested" if asked else ""),
            evidence=(one.quote, *_nodes(workload, reason)),
            why=f"{wish[0].upper()}{wish[1:]}; the largest node can give {_written(reason.what, largest)} in all. So "
            "the pod stays Pending: no container starts, and there is no log."
            if never and asked
            else "",
            about=(f"resource:{reason.what}",),
            fixes=tuple(_fixes(workload, one, reason, largest if never else None)),
            confirm=f"kubectl describe pod {one.pod.name} -n {workload.namespace}",
        )


def _nodes(workload: Workload, reason: Reason) -> Iterator[Quote]:
    for one in nodes_of(workload)[:5]:
        has = one.status.allocatable.get(reason.what)
        yield Quote(source=f"node/{one.name}", text=f"allocatable {reason.what}: {has}")


def _fixes(workload: Workload, one: Unplaced, reason: Reason, largest: float | None) -> Iterator[Fix]:
    containers = [c for c in one.pod.spec.containers if reason.what in {**c.resources.requests, **c.resources.limits}]
    if containers:
        heaviest = max(containers, key=lambda c: amount(c.resources.requests.get(reason.what)) or 0.0)
        limited = reason.what in heaviest.resources.limits
        value = f"<{reason.what} that it needs" + (f", below {_written(reason.what, largest)}>" if largest else ">")
        wish = {"requests": {reason.what: value}, **({"limits": {reason.what: value}} if limited else {})}
        yield of_container(f"request less {reason.what}", workload, heaviest.name, {"resources": wish})
    yield Fix(
        title=f"add a node with more {reason.what}" if largest else f"free {reason.what}, or add a node",
        safety=Safety.PLACEHOLDER,
        commands=("kubectl describe nodes  # Allocated resources", "az aks nodepool scale -c <nodes> -n <pool> ..."),
    )


def _written(resource: str, number: float | None) -> str:
    if number is None:
        return "nothing"
    return f"{number:g}" if resource == "cpu" else size(number)


FULL = "0/1 nodes are available: 1 Insufficient {}."
HUGE = spec(resources={"requests": {"memory": "512Gi"}, "limits": {"memory": "512Gi"}})


CASES = (
    fires(
        scene(pods=(pending(FULL.format("memory"), HUGE),), nodes=(node(),), controller=deployment(HUGE)),
        saw="512Gi requested",
    ),
    fires(
        scene(
            pods=(
                pending("0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No ..."),
            ),
        ),
        saw="enough free cpu",
    ),
    fires(
        scene(pods=(pending("0/3 nodes are available: 1 Insufficient memory, 2 node(s) didn't match node selector."),)),
        saw="memory",
        name="the selector leaves two nodes out, and the third is full",
    ),
    quiet(scene(pods=(pending(FULL.format("nvidia.com/gpu")),)), name="a device"),
    quiet(scene(pods=(pending(FULL.format("memory"), nodeName="node1"),)), name="it has a node by now"),
)
