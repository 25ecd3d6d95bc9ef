"""No node keeps the pods as evenly spread as they must be.

What it finds
-------------
`didn't match pod topology spread constraints` of the scheduler.

Why it breaks
-------------
A spread constraint with `whenUnsatisfiable: DoNotSchedule` refuses every node that would make one zone or node hold
more pods than `maxSkew` above the emptiest one. A zone without room, or nodes without the topology label, block all.

How to fix
----------
Use `ScheduleAnyway`, raise `maxSkew`, or label the nodes with the topology key.

Learn more
----------
Kubernetes documentation, "Pod Topology Spread Constraints".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.kubernetes.patching import of_template
from checks.kubernetes.scenes import node, pending, scene
from checks.kubernetes.scheduling import nodes_of, waits_for
from checks.kubernetes.seen import workload_of


@check("kubernetes.spread-unmet", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def spread_unmet(evidence: Evidence) -> Iterator[Finding]:
    """Name the constraint, and nodes that lack its key."""
    workload = workload_of(evidence)
    for one, _ in waits_for(workload, "spread"):
        hard = [c for c in one.pod.spec.topology_spread_constraints if c.when_unsatisfiable != "ScheduleAnyway"]
        keys = [c.topology_key for c in hard]
        bare = [n.name for n in nodes_of(workload) if any(key not in n.metadata.labels for key in keys)]
        yield Finding(
            title=f"no node meets the topology spread over {', '.join(keys)}"
            if keys
            else "no node meets the topology spread",
            evidence=(
                one.quote,
                *(Quote(source=f"pod/{one.pod.name}", text=f"{c.topology_key}: maxSkew {c.max_skew}") for c in hard),
                *(
                    [Quote(source="nodes", text=f"without the label {', '.join(keys)}: {', '.join(bare[:5])}")]
                    if bare
                    else []
                ),
            ),
            about=("affinity:spread",),
            fixes=tuple(
                of_template(
                    f"spread over {c.topology_key} as far as it goes",
                    workload,
                    {
                        "topologySpreadConstraints": [
                            {"topologyKey": c.topology_key, "whenUnsatisfiable": "ScheduleAnyway"}
                        ]
                    },
                )
                for c in hard[:1]
            ),
            no_fix=None if hard else "the constraint is the cluster's default; look at the scheduler's configuration",
        )


RULE = [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]
SAID = "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label)."

CASES = (
    fires(
        scene(pods=(pending(SAID, topologySpreadConstraints=RULE),), nodes=(node(),)),
        saw="without the label zone: node1",
    ),
    quiet(scene(pods=(pending("0/1 nodes are available: 1 Insufficient cpu."),))),
)
