"""The registry fails on its own side.

What it finds
-------------
A pull that the registry, or a proxy before it, answered with a status of 500 and above.

Why it breaks
-------------
The registry cannot serve the image at the moment. The kubelet goes on trying, so the pod starts by itself once the
registry is back.

How to fix
----------
Look at the registry's state; nothing in the cluster is at fault.

Learn more
----------
https://status.azure.com, https://www.dockerstatus.com
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.pull_cures import FOLLOWS
from checks.kubernetes.pulling import failed_pulls
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.registry-failing",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.registry-unavailable"),
)
def registry_failing(evidence: Evidence) -> Iterator[Finding]:
    """Quote the status."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "server"):
        yield Finding(
            title=titled(f"the registry {pull.registry} answers {pull.what.strip() or 'with an error'}", 88),
            evidence=pull.quotes,
            about=(*pull.about, f"registry:{pull.registry}"),
            no_fix=f"{pull.registry} fails by itself: see its state, the kubelet goes on trying",
            confirm=f"kubectl get pods -n {workload.namespace} -w",
        )


ONE = spec(image="r.io/a:1")
DOCKER = "Error response from daemon: received unexpected HTTP status: 503 Service Unavailable"
NEW = "unexpected status from HEAD request to https://r.io/v2/a/manifests/1: 500 Internal Server Error"
CASES = (
    fires(scene(pods=(pod(waiting("ErrImagePull", DOCKER), ONE),)), saw="r.io answers 503 Service Unavailable"),
    fires(scene(pods=(pod(waiting("ErrImagePull", NEW), ONE),)), saw="500", findings=1, name="containerd"),
    quiet(scene(pods=(pod(running(), ONE),))),
    quiet(scene(pods=(pod(waiting("ErrImagePull", "manifest for r.io/a:503 not found"), ONE),))),
)
