"""The pod may not share a node with pods that are on every node.

What it finds
-------------
A required pod anti-affinity, of this pod or of one that runs already, that leaves no node; usually more replicas than
nodes.

Why it breaks
-------------
`requiredDuringScheduling` allows no exception: with one replica per node, the replica after the last node stays
Pending. During a rollout the old pods still hold their nodes, so even the same number of replicas can get stuck.

How to fix
----------
Make the rule a preference, run no more replicas than there are nodes, or let a rollout remove a pod first
(`maxUnavailable: 1`, `maxSurge: 0`).

Learn more
----------
Kubernetes documentation, "Inter-pod affinity and anti-affinity".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.patching import MANAGED, of_template, patched
from checks.kubernetes.scenes import node, pending, scene
from checks.kubernetes.scheduling import nodes_of, waits_for
from checks.kubernetes.seen import workload_of


@check("kubernetes.pods-keep-apart", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def pods_keep_apart(evidence: Evidence) -> Iterator[Finding]:
    """Count replicas against nodes."""
    workload = workload_of(evidence)
    for one, _ in waits_for(workload, "apart"):
        wanted = workload.controller.wanted if workload.controller else 1
        nodes = len(nodes_of(workload))
        counts = f"{wanted} replicas, {nodes} node{'s' if nodes != 1 else ''}" if nodes else f"{wanted} replicas"
        affinity = one.pod.spec.affinity
        own = bool(affinity and affinity.pod_anti_affinity and affinity.pod_anti_affinity.required)
        yield Finding(
            title="anti-affinity leaves no node for the pod" + (f": {counts}" if wanted > 1 else ""),
            evidence=(one.quote, Quote(source=workload.shown, text=counts)),
            about=("affinity:apart",),
            fixes=(
                *(
                    [
                        patched(
                            f"run {nodes} replicas",
                            workload.kind,
                            workload.name,
                            workload.namespace,
                            {"spec": {"replicas": nodes}},
                        )
                    ]
                    if nodes and wanted > nodes and workload.kind.lower() in MANAGED
                    else []
                ),
                of_template(
                    "leave out the rule; spread by preferredDuringScheduling instead",
                    workload,
                    {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": None}}},
                )
                if own
                else Fix(
                    title="look which running pod forbids it",
                    commands=(f"kubectl get pods -n {workload.namespace} -o yaml | grep -A12 podAntiAffinity",),
                ),
            ),
        )


RULE = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {"labelSelector": {"matchLabels": {"app": "score"}}, "topologyKey": "kubernetes.io/hostname"}
        ]
    }
}
OLD = "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules."

CASES = (
    fires(scene(pods=(pending(OLD, affinity=RULE),), nodes=(node(),)), saw="anti-affinity leaves no node"),
    fires(
        scene(pods=(pending("0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules."),)),
        saw="anti-affinity",
    ),
    quiet(scene(pods=(pending("0/1 nodes are available: 1 node(s) didn't match pod affinity rules."),))),
)
