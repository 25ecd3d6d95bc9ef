"""The volume of the pod can be attached to none of the nodes that would take the pod.

What it finds
-------------
`volume node affinity conflict`, `no available volume zone`, and volumes of which every node holds as many as it may.

Why it breaks
-------------
A disk belongs to a zone, a local volume to a node; the pod can run only there. When that zone has no node, or its
nodes are full, the pod stays Pending although others have room.

How to fix
----------
Add a node in the volume's zone, or use storage that is not bound to one (a file share, zone-redundant disks) and a
class with `volumeBindingMode: WaitForFirstConsumer`.

Learn more
----------
Kubernetes documentation, "Storage Classes": volume binding mode, and "Node-specific Volume Limits".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.scenes import pending, scene
from checks.kubernetes.scheduling import waits_for
from checks.kubernetes.seen import workload_of


@check("kubernetes.volume-elsewhere", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def volume_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """Name the claims concerned."""
    workload = workload_of(evidence)
    for one, reason in waits_for(workload, "volume-elsewhere", "volume-count", "storage"):
        names = [v.persistent_volume_claim.claim_name for v in one.pod.spec.volumes if v.persistent_volume_claim]
        of = f"the volume of claim {names[0]}" if len(names) == 1 else "a volume of the pod"
        full = reason.kind == "volume-count"
        yield Finding(
            title=f"{of} fits no node: each holds as many volumes as it may"
            if full
            else f"{of} is bound to another zone or node",
            evidence=(one.quote,),
            about=tuple(f"claim:{name}" for name in names),
            fixes=(
                Fix(
                    title="add a node" if full else "see where the volume is, and which nodes are there",
                    commands=(
                        "kubectl describe pv | grep -E '^Name|Claim|Term|zone|hostname'",
                        "kubectl get nodes -L topology.kubernetes.io/zone",
                    ),
                ),
            ),
        )


CASES = (
    fires(
        scene(
            pods=(
                pending(
                    "0/2 nodes are available: 1 node(s) had untolerated taint {a: b}, "
                    "1 node(s) had volume node affinity conflict.",
                    volumes=[{"name": "m", "persistentVolumeClaim": {"claimName": "model"}}],
                ),
            )
        ),
        saw="claim model is bound to another zone",
    ),
    fires(scene(pods=(pending("0/1 nodes are available: 1 node(s) exceed max volume count."),)), saw="as many volumes"),
    quiet(scene(pods=(pending("0/1 nodes are available: 1 Insufficient memory."),))),
)
