"""The registry refuses the pull: no credentials, or wrong ones.

What it finds
-------------
A pull that was answered with 401 or 403, and what the pods have to show: a pull secret, or none.

Why it breaks
-------------
The kubelet pulls with the pod's pull secrets, or with the node's own identity (on AKS it needs the role AcrPull). The
registry knows neither, so no image arrives and the pod stays in ImagePullBackOff.

How to fix
----------
Attach the registry to the cluster, or name a pull secret with valid credentials for this registry's host.

Learn more
----------
Kubernetes documentation, "Pull an Image from a Private Registry". Azure documentation, "Authenticate with Azure
Container Registry from AKS".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.pull_cures import FOLLOWS, credentials
from checks.kubernetes.pulling import FailedPull, failed_pulls
from checks.kubernetes.scenes import keys, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled
from checks.text import listed


@check(
    "kubernetes.image-pull-unauthorized",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.image-pull-unauthorized", "logs.image-pull-forbidden", "logs.image-pull-denied"),
)
def image_pull_unauthorized(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each image, with the pull secrets that its pods name."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "unauthorized", "forbidden"):
        names = [one.name for one in pull.one.pod.spec.image_pull_secrets if one.name]
        shown = listed([f"`{name}`" for name in names]) if names else "none"
        with_what = f"the pods name {shown}" if names else "the pods name no pull secret"
        yield Finding(
            title=titled(f"{pull.registry} refuses the pull of `{pull.image.removeprefix(pull.registry + '/')}`", 88),
            why=_why(pull, with_what),
            evidence=(*pull.quotes, quote_field(f"pod/{pull.one.pod.name}", "spec.imagePullSecrets", shown)),
            about=(*pull.about, f"registry:{pull.registry}"),
            fixes=credentials(workload, pull),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _why(pull: FailedPull, with_what: str) -> str:
    """A registry of Azure says 401 to whom it does not know, and 403 to whom its network rules keep out."""
    if pull.kind == "forbidden" and pull.acr:
        return (
            "The registry answered 403. Azure Container Registry says so when its network rules do not admit the "
            f"node's address, more rarely when the identity lacks the role AcrPull; {with_what}."
        )
    return (
        f"The registry answered {'403' if pull.kind == 'forbidden' else '401'}, and {with_what}. Without valid "
        "credentials of the pod or of the node's identity (on AKS: the role AcrPull) no image arrives."
    )


DOCKER = (
    "rpc error: code = Unknown desc = Error response from daemon: Get https://x.azurecr.io/v2/a/manifests/1: "
    "unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information."
)
CONTAINERD = (
    'failed to pull and unpack image "x.azurecr.io/a:1": failed to resolve reference "x.azurecr.io/a:1": failed to '
    "authorize: failed to fetch anonymous token: unexpected status from GET request to "
    "https://x.azurecr.io/oauth2/token?scope=repository%3Aa%3Apull&service=x.azurecr.io: 401 Unauthorized"
)
FORBIDDEN = (
    'failed to resolve reference "x.azurecr.io/a:1": unexpected status from HEAD request to '
    "https://x.azurecr.io/v2/a/manifests/1: 403 Forbidden"
)
LAYER = (
    'failed to pull and unpack image "x.azurecr.io/a:1": failed to copy: httpReadSeeker: failed open: unexpected '
    "status code https://store.blob.core.windows.net/layer?sig=1: 403 This request is not authorized to perform this "
    "operation."
)
ONE = spec(image="x.azurecr.io/a:1")
CASES = (
    fires(scene(pods=(pod(waiting("ErrImagePull", DOCKER), ONE),)), saw="x.azurecr.io refuses the pull of `a:1`"),
    fires(scene(pods=(pod(waiting("ErrImagePull", CONTAINERD), ONE),)), saw="none", findings=1, name="containerd"),
    fires(scene(pods=(pod(waiting("ErrImagePull", FORBIDDEN), ONE),)), findings=1, name="403"),
    fires(scene(pods=(pod(waiting("ErrImagePull", LAYER), ONE),)), findings=1, name="the storage behind the registry"),
    fires(
        scene(
            pods=(pod(waiting("ErrImagePull", DOCKER), ONE, imagePullSecrets=[{"name": "acr"}]),),
            secrets=(keys("acr", ".dockerconfigjson", type="kubernetes.io/dockerconfigjson"),),
        ),
        saw="`acr`",
        name="credentials that are wrong",
    ),
    quiet(scene(pods=(pod(running(), ONE),))),
    quiet(
        scene(pods=(pod(waiting("ErrImagePull", "manifest for x.azurecr.io/a:401 not found"), ONE),)),
        name="a tag that looks like a status",
    ),
)
