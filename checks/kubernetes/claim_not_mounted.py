"""A pod that has a node waits for a claim that is missing, unbound or being deleted.

What it finds
-------------
The kubelet's "error processing PVC": the claim went away, or lost its volume, after the pod was given its node; or the
pod names its node itself, so that no scheduler looked at the claim.

Why it breaks
-------------
The kubelet reads claim and volume before it mounts, and mounts nothing until both are there and bound to each other.

How to fix
----------
Make the claim again, or correct its name; a claim that is being deleted stays until its last pod is gone.

Learn more
----------
Kubernetes documentation, "Persistent Volumes": storage object in use protection.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.mounting import failed_mounts
from checks.kubernetes.references import near
from checks.kubernetes.scenes import Made, event, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled
from checks.text import listed


@check(
    "kubernetes.claim-not-mounted",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*VOLUME_WAITS, "logs.claim-missing"),
)
def claim_not_mounted(evidence: Evidence) -> Iterator[Finding]:
    """State now decides: a claim that is there and bound by now is no cause."""
    workload = workload_of(evidence)
    claims = None if isinstance(workload.claims, Missing) else workload.claims
    for mount in failed_mounts(workload, "claim"):
        asked = mount.volume.persistent_volume_claim if mount.volume else None
        name = asked.claim_name if asked else mount.name
        claim = next((one for one in claims or () if one.name == name), None)
        if claim and claim.status.phase == "Bound" and claim.metadata.deletion_timestamp is None:
            continue
        gone = (claims is not None and claim is None) or "not found" in mount.words
        leaving = "being deleted" in mount.words
        says = "does not exist" if gone else "is being deleted" if leaving else "has no volume (it is not bound)"
        known = tuple(one.name for one in claims or ())
        close = near(name, known)
        fixes = (
            *(
                (Fix(title=f"if the claim `{close[0]}` is meant, name it in volume {mount.name}"),)
                if gone and close
                else ()
            ),
            Fix(
                title="make the claim, and delete the pod so that it is scheduled anew"
                if gone
                else "see why it is not bound",
                commands=(f"kubectl describe pvc {name} -n {workload.namespace}",),
            ),
        )
        beside = (
            (Quote(source=f"claims of {workload.namespace}", text=listed(sorted(known))),) if claims is not None else ()
        )
        yield Finding(
            title=titled(f"the volume claim `{name}` {says}", 88),
            evidence=(*mount.quotes, *beside),
            about=(f"claim:{name}", *mount.about),
            fixes=fixes,
            confirm=f"kubectl get pvc {name} -n {workload.namespace}",
        )


CLAIM: Made = {"volumes": [{"name": "m", "persistentVolumeClaim": {"claimName": "models"}}]}
GONE = event(
    "FailedMount",
    "Unable to attach or mount volumes: unmounted volumes=[m], unattached volumes=[m]: error processing PVC "
    'team-a/models: failed to fetch PVC from API server: persistentvolumeclaims "models" not found',
)
LEAVING = event(
    "FailedMount",
    "Unable to attach or mount volumes: unmounted volumes=[m], unattached volumes=[], failed to process volumes=[m]: "
    "error processing PVC team-a/models: PVC is being deleted",
)
BOUND = {"metadata": {"name": "models"}, "status": {"phase": "Bound"}}
CREATING = waiting("ContainerCreating")
CASES = (
    fires(scene(pods=(pod(CREATING, **CLAIM),), events=(GONE,)), saw="`models` does not exist", findings=1),
    fires(scene(pods=(pod(CREATING, **CLAIM),), events=(LEAVING,)), saw="is being deleted"),
    quiet(scene(pods=(pod(CREATING, **CLAIM),), events=(GONE,), claims=(BOUND,)), name="made meanwhile"),
    quiet(scene(pods=(pod(running(), **CLAIM),), events=(GONE,))),
)
