"""The old version still serves, as the new one does not start.

What it finds
-------------
A deployment whose newest replica set has pods in trouble while an older one has pods that are ready.

Why it breaks
-------------
A rolling update takes old pods away only as new ones become ready. So clients are answered, but by the old version, and
what was deployed is not there. When the old pods go (a drained node, an eviction), nothing takes their place.

How to fix
----------
Cure what keeps the new pods, or undo the rollout so that the old version is kept on purpose.

Learn more
----------
Kubernetes documentation, "Deployments": rolling back a deployment.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.rollout import REVISION, has_trouble, newest, older, pods_of, revision
from checks.kubernetes.scenes import SET, Made, deployment, ended, pod, replica_set, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.old-version-serves",
    needs=("workload",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def old_version_serves(evidence: Evidence) -> Iterator[Finding]:
    """Say who answers the clients now. Why the new pods fail is said by others."""
    workload = workload_of(evidence)
    new, old = newest(workload), older(workload)
    if new is None or not old or new.status.ready_replicas or workload.controller is None:
        return
    failing = [each for each in pods_of(workload, new) if has_trouble(each)]
    if not failing:
        return
    serving = old[0]
    images = ", ".join(dict.fromkeys(one.image for one in serving.spec.template.spec.containers))
    yield Finding(
        title=titled(f"revision {revision(serving)} still serves: revision {revision(new)} does not start", 88),
        evidence=(
            Quote(source=f"replicaset/{serving.name}", text=f"ready: {serving.status.ready_replicas}, image {images}"),
            Quote(source=f"replicaset/{new.name}", text=f"ready: 0, pods in trouble: {len(failing)}"),
        ),
        about=(f"name:{workload.name}",),
        fixes=(
            Fix(
                title="undo the rollout, so that the old version is kept on purpose",
                commands=(f"kubectl rollout undo {workload.shown} -n {workload.namespace}",),
            ),
        ),
        confirm=f"kubectl rollout history {workload.shown} -n {workload.namespace}",
    )


def _set(name: str, number: int, ready: int) -> Made:
    made = replica_set({"readyReplicas": ready, "replicas": 1})
    return {**made, "metadata": {**made["metadata"], "name": name, "annotations": {REVISION: str(number)}}}


LOOP = waiting("CrashLoopBackOff", last=ended(3), restarts=4)
CASES = (
    fires(
        scene(controller=deployment(), pods=(pod(LOOP),), replica_sets=(_set("score-old", 3, 1), _set(SET, 4, 0))),
        saw="revision 3 still serves: revision 4 does not start",
        findings=1,
    ),
    quiet(
        scene(pods=(pod(waiting("ContainerCreating")),), replica_sets=(_set("score-old", 3, 1), _set(SET, 4, 0))),
        name="a rollout under way",
    ),
    quiet(scene(pods=(pod(running()),), replica_sets=(_set("score-old", 3, 0), _set(SET, 4, 1))), name="done"),
    quiet(scene(pods=(pod(LOOP),), replica_sets=(_set(SET, 1, 0),)), name="the first one"),
)
