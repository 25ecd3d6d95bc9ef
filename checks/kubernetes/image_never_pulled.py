"""The image is not on the node, and the pull policy forbids to fetch it.

What it finds
-------------
A container that waits with ErrImageNeverPull.

Why it breaks
-------------
`imagePullPolicy: Never` means that somebody else brings the image to the node. An image built on a laptop, or loaded
into one node of several, is not on this one.

How to fix
----------
Push the image to a registry and let it be pulled (`IfNotPresent`), or load it into every node.

Learn more
----------
Kubernetes documentation, "Images": image pull policy.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.pull_cures import FOLLOWS
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, quote_waiting, workload_of
from checks.kubernetes.stuck import alike, one_of_each, waiting_for
from checks.runtime.wording import titled


@check(
    "kubernetes.image-never-pulled",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.image-never-pulled"),
)
def image_never_pulled(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each image."""
    workload = workload_of(evidence)
    for group in one_of_each(waiting_for(workload, "ErrImageNeverPull"), lambda one: (one.name, one.spec.image)):
        one, image = group[0], group[0].spec.image
        where = one.pod.spec.node_name or "<node>"
        yield Finding(
            title=titled(f"`{image}` is not present on node {where}, and its pull policy is Never", 88),
            evidence=(
                quote_waiting(one),
                quote_field(one.shown, "imagePullPolicy", one.spec.image_pull_policy or "Never"),
                *alike(workload, (each.pod for each in group)),
            ),
            about=(f"image:{image}", f"container:{one.name}"),
            fixes=(
                of_container(
                    "let the node pull it (from a registry that has it)",
                    workload,
                    one.name,
                    {"imagePullPolicy": "IfNotPresent"},
                    init=one.init,
                ),
                Fix(
                    title="load it into the node (with Docker; kind and minikube have commands of their own)",
                    commands=(f"docker save {image} | ssh {where} docker load",),
                ),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


NEVER = waiting("ErrImageNeverPull", 'Container image "churn:1" is not present with pull policy of Never')
ONE = spec(image="churn:1", imagePullPolicy="Never")
CASES = (
    fires(scene(pods=(pod(NEVER, ONE),)), saw="`churn:1` is not present on node node1", findings=1),
    fires(scene(pods=(pod(NEVER, ONE, name="a"), pod(NEVER, ONE, name="b"))), saw="the same in 2", findings=1),
    quiet(scene(pods=(pod(running(), ONE),))),
)
