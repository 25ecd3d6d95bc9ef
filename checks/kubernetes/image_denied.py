"""The image does not exist, or the registry keeps it for others.

What it finds
-------------
A pull that the registry answered with "repository does not exist or may require login" or "access is denied".

Why it breaks
-------------
Docker Hub and others give the same answer for a name that does not exist and for one that the caller must not see, so
that nobody can probe for private names. A name without a host (`churn:8`) means Docker Hub, also where the image was
built on a laptop or pushed elsewhere: the node looks there.

How to fix
----------
Write the registry's host before the name; if the host is right, correct the name, or give the pods credentials.

Learn more
----------
Kubernetes documentation, "Pull an Image from a Private Registry".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.pull_cures import FOLLOWS, credentials, other_image
from checks.kubernetes.pulling import FailedPull, failed_pulls
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.image-denied",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.image-pull-denied"),
)
def image_denied(evidence: Evidence) -> Iterator[Finding]:
    """Both readings are told; the likelier fix stands first."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "denied"):
        by_name, by_login = other_image(workload, pull, _naming(pull)), credentials(workload, pull)
        fixes: tuple[Fix, ...] = (by_name, *by_login)
        yield Finding(
            title=titled(f"the image `{pull.image}` does not exist on {pull.registry}, or needs a login", 88),
            evidence=pull.quotes,
            about=pull.about,
            fixes=fixes,
            confirm=f"docker pull {pull.image}",
        )


def _naming(pull: FailedPull) -> str:
    if "/" not in pull.image:
        return "name the image with the host of the registry that has it (without one, Docker Hub is meant)"
    return "correct the name, if the image is public"


HUB = (
    "rpc error: code = Unknown desc = Error response from daemon: pull access denied for churn, repository does not "
    "exist or may require 'docker login': denied: requested access to the resource is denied"
)
CONTAINERD = (
    'failed to pull and unpack image "docker.io/library/churn:8": failed to resolve reference '
    '"docker.io/library/churn:8": pull access denied, repository does not exist or may require authorization: '
    "server message: insufficient_scope: authorization failed"
)
CRIO = "reading manifest 8 in docker.io/a/b: errors: denied: requested access to the resource is denied unauthorized"
ONE = spec(image="churn:8")
CASES = (
    fires(scene(pods=(pod(waiting("ErrImagePull", HUB), ONE),)), saw="does not exist on docker.io, or needs a login"),
    fires(scene(pods=(pod(waiting("ErrImagePull", CONTAINERD), ONE),)), findings=1, name="containerd"),
    fires(scene(pods=(pod(waiting("ErrImagePull", CRIO), spec(image="docker.io/a/b:8")),)), name="CRI-O"),
    fires(
        scene(
            pods=(pod(None, init=waiting("ErrImagePull", HUB), initContainers=[spec(name="load", image="churn:8")]),)
        ),
        name="an init container",
    ),
    quiet(scene(pods=(pod(running(), ONE),))),
    quiet(scene(pods=(pod(waiting("ErrImagePull", "unauthorized: authentication required"), ONE),))),
)
