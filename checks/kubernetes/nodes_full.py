"""Every node holds as many pods as it may.

What it finds
-------------
`Too many pods` of the scheduler.

Why it breaks
-------------
A node takes a fixed number of pods (110 by default, often 30 on AKS with Azure CNI), however small they are. When all
nodes are at that number, the next pod stays Pending although CPU and memory are free.

How to fix
----------
Add a node, or remove pods that nobody needs. The number itself is set when the node pool is made.

Learn more
----------
AKS documentation, "Maximum pods per node".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.kubernetes.scenes import node, pending, scene
from checks.kubernetes.scheduling import nodes_of, waits_for
from checks.kubernetes.seen import workload_of


@check("kubernetes.nodes-full", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def nodes_full(evidence: Evidence) -> Iterator[Finding]:
    """Quote the scheduler and the nodes' numbers."""
    workload = workload_of(evidence)
    for one, reason in waits_for(workload, "pods"):
        limits = [(n.name, n.status.allocatable.get("pods")) for n in nodes_of(workload)]
        yield Finding(
            title=f"too many pods: {reason.count} node{'s hold' if reason.count > 1 else ' holds'} as many as allowed",
            evidence=(
                one.quote,
                *(Quote(source=f"node/{name}", text=f"allocatable pods: {n}") for name, n in limits[:5]),
            ),
            about=("resource:pods",),
            fixes=(
                Fix(
                    title="add a node",
                    safety=Safety.PLACEHOLDER,
                    commands=("az aks nodepool scale -c <nodes> -n <pool> ...",),
                ),
                Fix(
                    title="find pods that nobody needs",
                    commands=("kubectl get pods -A -o wide --sort-by=.spec.nodeName",),
                ),
            ),
        )


CASES = (
    fires(scene(pods=(pending("0/1 nodes are available: 1 Too many pods."),), nodes=(node(),)), saw="too many pods"),
    quiet(scene(pods=(pending("0/1 nodes are available: 1 Insufficient cpu."),))),
)
