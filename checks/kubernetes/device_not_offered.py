"""The pod asks for a device that no node has free, or none offers.

What it finds
-------------
`Insufficient nvidia.com/gpu` (or another extended resource) of the scheduler. A resource that no node lists at all is
told apart from one that is used up.

Why it breaks
-------------
Extended resources are counted whole, and only where a device plugin announces them. Where the plugin does not run, or
the nodes have no such device, no node can take the pod, and it stays Pending.

How to fix
----------
Install the device plugin, choose nodes that have the device, free one, or leave the resource out of the limits.

Learn more
----------
Kubernetes documentation, "Schedule GPUs" and "Device Plugins".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.quantities import amount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.kubernetes.no_node_with_room import ROOM
from checks.kubernetes.scenes import node, pending, scene, spec
from checks.kubernetes.scheduling import asked_for, nodes_of, waits_for
from checks.kubernetes.seen import workload_of

PLUGIN = {"nvidia.com/gpu": "nvidia-device-plugin-daemonset", "amd.com/gpu": "amdgpu-device-plugin-daemonset"}


@check("kubernetes.device-not-offered", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def device_not_offered(evidence: Evidence) -> Iterator[Finding]:
    """Count what nodes offer of the resource."""
    workload = workload_of(evidence)
    for one, reason in waits_for(workload, "resource"):
        if reason.what in ROOM:
            continue
        nodes = nodes_of(workload)
        offering = [n for n in nodes if amount(n.status.allocatable.get(reason.what))]
        asked = asked_for(one.pod, reason.what) or 1
        none = bool(nodes) and not offering
        plugin = PLUGIN.get(reason.what, "<the device plugin>")
        yield Finding(
            title=f"no node offers {reason.what}" if none else f"no node has {asked:g} free {reason.what}",
            evidence=(
                one.quote,
                *(
                    Quote(source=f"node/{n.name}", text=f"{reason.what}: {n.status.allocatable[reason.what]}")
                    for n in offering[:4]
                ),
            ),
            about=(f"resource:{reason.what}",),
            fixes=(
                Fix(
                    title=f"see whether {plugin} runs on the nodes that have the device",
                    commands=(f"kubectl get daemonset -A | grep -i {plugin.partition('-')[0]}",),
                )
                if none
                else Fix(
                    title="free a device, or add a node that has one",
                    safety=Safety.PLACEHOLDER,
                    commands=(
                        "kubectl describe nodes  # Allocated resources",
                        f"kubectl delete pod <one that holds {reason.what}>",
                    ),
                ),
            ),
            confirm=f"kubectl describe nodes | grep {reason.what}",
        )


GPU = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu."
ASKS = spec(resources={"limits": {"nvidia.com/gpu": "1"}})

CASES = (
    fires(scene(pods=(pending(GPU, ASKS),), nodes=(node(), node("node2"))), saw="no node offers nvidia.com/gpu"),
    fires(
        scene(pods=(pending(GPU, ASKS),), nodes=(node(allocatable={"nvidia.com/gpu": "1"}),)),
        saw="has 1 free nvidia.com/gpu",
    ),
    fires(scene(pods=(pending(GPU, ASKS),)), saw="free", name="nodes cannot be read"),
    quiet(scene(pods=(pending("0/2 nodes are available: 2 Insufficient memory."),))),
)
