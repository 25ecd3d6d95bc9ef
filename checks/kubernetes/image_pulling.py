"""The image is being pulled.

What it finds
-------------
A container that waits while its node pulls the image: the pull began, and neither its end nor an error was said.

Why it breaks
-------------
Nothing is wrong. Images of model services have some gigabytes, which take minutes the first time a node sees them; the
rollout waits as long.

How to fix
----------
Wait. Smaller layers, a registry in the same region, and models outside of the image make it shorter.

Learn more
----------
Kubernetes documentation, "Images": serial and parallel image pulls.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.scenes import event, pod, running, scene, waiting
from checks.kubernetes.seen import age, events, quote_event, workload_of
from checks.kubernetes.stuck import one_of_each, waiting_for
from checks.runtime.wording import titled


@check(
    "kubernetes.image-pulling",
    needs=("workload",),
    stage=Stage.START,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def image_pulling(evidence: Evidence) -> Iterator[Finding]:
    """Say since when."""
    workload = workload_of(evidence)
    idle = waiting_for(workload, "", "ContainerCreating", "PodInitializing")
    for group in one_of_each(idle, lambda one: (one.name, one.spec.image)):
        one = group[0]
        said = events(workload, "Pulling", "Pulled", "Failed", "BackOff", pod=one.pod, container=one.name)
        if not said or said[-1].reason != "Pulling":
            continue
        seconds = age(workload, said[-1].last or said[-1].first)
        since = f" since {seconds:.0f} s" if seconds is not None and seconds >= 0 else ""
        yield Finding(
            title=titled(f"node {one.pod.spec.node_name} pulls the image `{one.spec.image}`{since}", 88),
            evidence=(quote_event(said[-1]),),
            about=(f"image:{one.spec.image}", f"container:{one.name}"),
            no_fix="it goes on by itself; look again when it has come to its end",
            confirm=f"kubectl get pods -n {workload.namespace} -w",
        )


PULLING = event(
    "Pulling", 'Pulling image "score:1"', container="inference-server", type="Normal", last="2026-11-20T18:15:07Z"
)
PULLED = event(
    "Pulled", 'Successfully pulled image "score:1" in 9s', container="inference-server", last="2026-11-20T18:15:30Z"
)
CREATING = waiting("ContainerCreating")
CASES = (
    fires(scene(pods=(pod(CREATING),), events=(PULLING,)), saw="since 120 s", findings=1),
    quiet(scene(pods=(pod(CREATING),), events=(PULLING, PULLED))),
    quiet(scene(pods=(pod(CREATING),)), name="nothing was said"),
    quiet(scene(pods=(pod(running()),), events=(PULLING,)), name="the event of the end is gone"),
    quiet(scene(pods=(pod(waiting("ErrImagePull", "manifest unknown")),), events=(PULLING,))),
)
