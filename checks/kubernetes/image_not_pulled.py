"""An image could not be pulled, and why is not known.

What it finds
-------------
A container that waits in ErrImagePull or ImagePullBackOff without a reason that another check reads: the event with the
reason is gone (a cluster keeps events for an hour), or its words are new.

Why it breaks
-------------
Without its image no container starts. The kubelet tries again, at most every five minutes, and says the reason in an
event each time.

How to fix
----------
Read the reason after the next try; pull the image by hand with the same credentials.

Learn more
----------
Kubernetes documentation, "Images": ImagePullBackOff.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Safety, Stage
from checks.kubernetes.pull_cures import FOLLOWS, other_image
from checks.kubernetes.pulling import failed_pulls
from checks.kubernetes.scenes import event, pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.image-not-pulled",
    needs=("workload",),
    stage=Stage.START,
    explains=tuple(one for one in FOLLOWS if one != "kubernetes.image-not-pulled"),
)
def image_not_pulled(evidence: Evidence) -> Iterator[Finding]:
    """Tell what is known, and how to learn the rest."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "other"):
        name, namespace = pull.one.pod.name, workload.namespace
        known = bool(pull.words)
        yield Finding(
            title=titled(f"the image `{pull.image}` cannot be pulled{'' if known else ', its reason is not kept'}", 88),
            evidence=pull.quotes,
            about=pull.about,
            fixes=(
                Fix(
                    title="read the reason after the next try",
                    safety=Safety.REVIEW,
                    commands=(f"kubectl get events -n {namespace} --field-selector involvedObject.name={name} -w",),
                ),
                other_image(workload, pull, "name an image that the node can pull"),
            ),
            confirm=f"docker pull {pull.image}",
        )


CANCELLED = 'Failed to pull image "r.io/a:1": rpc error: code = Canceled desc = context canceled'
BACK_OFF = waiting("ImagePullBackOff", 'Back-off pulling image "r.io/a:1"')
ONE = spec(image="r.io/a:1")
CASES = (
    fires(scene(pods=(pod(BACK_OFF, ONE),)), saw="its reason is not kept", findings=1),
    fires(
        scene(pods=(pod(BACK_OFF, ONE),), events=(event("Failed", CANCELLED, container="inference-server"),)),
        saw="context canceled",
    ),
    quiet(scene(pods=(pod(waiting("ErrImagePull", "manifest unknown"), ONE),))),
    quiet(scene(pods=(pod(running(), ONE),))),
)
