"""The node's runtime cannot read an image that it has.

What it finds
-------------
A container that waits with ImageInspectError.

Why it breaks
-------------
Before it pulls, the kubelet asks the runtime whether the image is there, and the runtime fails: its store is damaged
(a full disk, an interrupted pull, a hard reset), or its service is down.

How to fix
----------
Remove the image on the node and let it be pulled anew, or replace the node.

Learn more
----------
Kubernetes source, pkg/kubelet/images/types.go, ErrImageInspect.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.pull_cures import FOLLOWS
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_waiting, workload_of
from checks.kubernetes.stuck import alike, one_of_each, waiting_for
from checks.runtime.wording import titled


@check(
    "kubernetes.image-inspect-failed",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.image-store-broken"),
)
def image_inspect_failed(evidence: Evidence) -> Iterator[Finding]:
    """Name the node whose store is damaged."""
    workload = workload_of(evidence)
    for group in one_of_each(waiting_for(workload, "ImageInspectError"), lambda one: (one.name, one.spec.image)):
        one, image = group[0], group[0].spec.image
        where = one.pod.spec.node_name or "<node>"
        yield Finding(
            title=titled(f"the runtime of node {where} cannot read the image `{image}`", 88),
            evidence=(quote_waiting(one), *alike(workload, (each.pod for each in group))),
            about=(f"image:{image}", f"container:{one.name}", f"node:{where}"),
            fixes=(
                Fix(
                    title="take the node out, and let the pod go to another one",
                    commands=(
                        f"kubectl cordon {where}",
                        f"kubectl delete pod {one.pod.name} -n {workload.namespace}",
                    ),
                ),
                Fix(title="on the node, remove the image so that it is pulled anew", commands=(f"crictl rmi {image}",)),
            ),
            confirm=f"kubectl get pods -n {workload.namespace} -o wide",
        )


BROKEN = (
    'Failed to inspect image "churn:1": rpc error: code = Unknown desc = Error response from daemon: readlink: invalid'
)
CASES = (
    fires(
        scene(pods=(pod(waiting("ImageInspectError", BROKEN), spec(image="churn:1")),)),
        saw="the runtime of node node1 cannot read the image `churn:1`",
        findings=1,
    ),
    quiet(scene(pods=(pod(running()),))),
)
