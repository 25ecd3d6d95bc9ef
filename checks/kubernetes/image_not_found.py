"""The image or its tag is not in the registry.

What it finds
-------------
A pull that the registry answered with "manifest unknown", "name unknown" or "not found".

Why it breaks
-------------
The registry was reached and let the node in, and it has no image of that name and tag: it was never pushed, pushed
under another name, or deleted. The kubelet tries again every few minutes (ImagePullBackOff), and the pod stays Pending.

How to fix
----------
Push the image, or name a tag that the registry has.

Learn more
----------
Kubernetes documentation, "Images". OCI distribution specification, error codes.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.pull_cures import FOLLOWS, other_image
from checks.kubernetes.pulling import FailedPull, failed_pulls
from checks.kubernetes.scenes import event, pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.image-not-found",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.image-not-found"),
)
def image_not_found(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each image that is not there."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "not-found"):
        yield Finding(
            title=titled(_title(pull), 88),
            evidence=pull.quotes,
            about=pull.about,
            fixes=(
                other_image(workload, pull, "name an image that exists"),
                Fix(
                    title="look what tags there are",
                    safety=Safety.PLACEHOLDER if not pull.acr else Safety.REVIEW,
                    commands=(_tags(pull),),
                ),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _title(pull: FailedPull) -> str:
    if pull.volume:
        return f"volume {pull.volume.name}: no image `{pull.image}` in its registry"
    return f"the image `{pull.image}` does not exist in its registry"


def _tags(pull: FailedPull) -> str:
    path = pull.image.removeprefix(f"{pull.registry}/").split("@", 1)[0].rsplit(":", 1)[0]
    if pull.acr:
        return f"az acr repository show-tags -n {pull.acr} --repository {path} --orderby time_desc"
    return f"skopeo list-tags docker://{pull.registry}/{path} --creds <user>:<password>"


GONE = "manifest for acr.azurecr.io/churn:8 not found: manifest unknown"
CONTAINERD = (
    'rpc error: code = NotFound desc = failed to pull and unpack image "r.io/a:8": failed to resolve reference '
    '"r.io/a:8": r.io/a:8: not found'
)
PULL = f'Failed to pull image "acr.azurecr.io/churn:8": rpc error: code = Unknown desc = {GONE}'
BACK_OFF = waiting("ImagePullBackOff", 'Back-off pulling image "acr.azurecr.io/churn:8"')
ONE = spec(image="acr.azurecr.io/churn:8")
CASES = (
    fires(
        scene(
            pods=(pod(BACK_OFF, ONE),),
            events=(
                event("Failed", PULL, container="inference-server"),
                event("Failed", "Error: ImagePullBackOff", container="inference-server"),
            ),
        ),
        saw="`acr.azurecr.io/churn:8`",
        findings=1,
        name="the reason stands in the event",
    ),
    fires(scene(pods=(pod(waiting("ErrImagePull", CONTAINERD), spec(image="r.io/a:8")),)), saw="r.io/a:8"),
    fires(
        scene(
            pods=(
                pod(
                    waiting("ImagePullBackOff", f'Back-off pulling image "r.io/a:8": ErrImagePull: {CONTAINERD}'),
                    spec(image="r.io/a:8"),
                ),
            )
        ),
        findings=1,
        name="from 1.32 the back-off tells the reason",
    ),
    fires(
        scene(pods=tuple(pod(waiting("ErrImagePull", CONTAINERD), spec(image="r.io/a:8"), name=n) for n in "ab")),
        findings=1,
        saw="the same in 2 of its pods",
    ),
    fires(
        scene(
            pods=(
                pod(
                    waiting("ImagePullBackOff", f'Back-off pulling image "r.io/a:8": ErrImagePull: {CONTAINERD}'),
                    ONE,
                    volumes=[{"name": "model", "image": {"reference": "r.io/a:8"}}],
                ),
            )
        ),
        saw="volume model: no image `r.io/a:8`",
        findings=1,
        name="an image as a volume",
    ),
    quiet(
        scene(
            pods=(pod(running(), ONE),),
            events=(event("Failed", PULL, container="inference-server"),),
        ),
        name="pushed meanwhile",
    ),
    quiet(
        scene(pods=(pod(waiting("ErrImagePull", "no match for platform in manifest: not found"), ONE),)),
        name="there, for another platform",
    ),
)
