"""A pod stays in ContainerCreating, and nobody says why.

What it finds
-------------
A pod that has had its node for minutes and of which no container was tried, without an event that tells the reason: a
cluster keeps events for an hour, and not every right lets one read them.

Why it breaks
-------------
Between node and container stand volumes, sandbox and network. One of them is not there; the kubelet goes on trying.

How to fix
----------
Delete the pod, so that its successor meets the same and says it anew; read the kubelet's log on the node.

Learn more
----------
Kubernetes documentation, "Debug Pods".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.mounting import failed_mounts
from checks.kubernetes.sandboxes import failed_sandboxes
from checks.kubernetes.scenes import event, pod, running, scene, waiting
from checks.kubernetes.seen import age, events, workload_of
from checks.kubernetes.stuck import BEGUN, UPSHOT, not_begun
from checks.runtime.wording import titled

LONG = 120.0  # seconds that volumes and network may take


@check(
    "kubernetes.creating-hangs",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.POSSIBLE,
    explains=tuple(one for one in UPSHOT if one != "kubernetes.creating-hangs"),
)
def creating_hangs(evidence: Evidence) -> Iterator[Finding]:
    """Speak only where no other check has words to read."""
    workload = workload_of(evidence)
    if failed_mounts(workload) or failed_sandboxes(workload):
        return
    blind = isinstance(workload.events, Missing)
    said = "and events could not be read" if blind else "no event of a mount or sandbox"
    for pod_ in not_begun(workload):
        seconds = age(workload, pod_.status.start_time or pod_.metadata.creation_timestamp)
        if seconds is None or seconds < LONG or events(workload, *BEGUN, pod=pod_):
            continue
        yield Finding(
            title=titled(f"pod {pod_.name} has a node and starts no container since {seconds / 60:.0f} min", 88),
            evidence=(
                Quote(
                    source=f"pod/{pod_.name}",
                    text=f"node {pod_.spec.node_name}, all containers wait, {said}",
                ),
            ),
            fixes=(
                Fix(
                    title="delete the pod, and read what is said of the next one",
                    commands=(
                        f"kubectl delete pod {pod_.name} -n {workload.namespace}",
                        f"kubectl get events -n {workload.namespace} --sort-by=.lastTimestamp -w",
                    ),
                ),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )
        return


CREATING = waiting("ContainerCreating")
MOUNT = event("FailedMount", 'MountVolume.SetUp failed for volume "m" : odd answer')
PULLING = event("Pulling", 'Pulling image "score:1"', container="inference-server", type="Normal")
CASES = (
    fires(scene(pods=(pod(CREATING),), events=()), saw="no event of a mount or sandbox", findings=1),
    fires(scene(pods=(pod(CREATING),)), saw="events could not be read", findings=1, name="no right to see events"),
    quiet(scene(pods=(pod(CREATING),), events=(MOUNT,)), name="there are words"),
    quiet(scene(pods=(pod(CREATING),), events=(PULLING,)), name="the image is on its way"),
    quiet(scene(pods=(pod(CREATING),), taken="2026-11-20T18:07:30Z"), name="it was made a moment ago"),
    quiet(scene(pods=(pod(running()),))),
)
