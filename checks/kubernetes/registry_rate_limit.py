"""The registry lets nobody pull so often.

What it finds
-------------
A pull that was answered with 429, "too many requests".

Why it breaks
-------------
Docker Hub counts the pulls of an address or account within hours; the nodes of a cluster share one address. Until the
time is over, no node gets the image.

How to fix
----------
Pull with an account, or copy the image into a registry of one's own.

Learn more
----------
https://docs.docker.com/docker-hub/usage/
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.pull_cures import FOLLOWS, new_secret
from checks.kubernetes.pulling import failed_pulls
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.registry-rate-limit",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.registry-rate-limit"),
)
def registry_rate_limit(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each image."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "rate"):
        path = pull.image.removeprefix(f"{pull.registry}/")
        copied = Fix(
            title="copy the image into a registry of your own, and name it there",
            safety=Safety.PLACEHOLDER,
            commands=(f"az acr import -n <registry> --source {pull.registry}/{path} --image {path}",),
        )
        yield Finding(
            title=titled(f"{pull.registry} refuses further pulls: the rate limit is reached", 88),
            evidence=pull.quotes,
            about=(*pull.about, f"registry:{pull.registry}"),
            fixes=(copied, *new_secret(workload, pull.registry, "registry-login")),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


DOCKER = (
    "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and "
    "upgrading: https://www.docker.com/increase-rate-limit"
)
CASES = (
    fires(scene(pods=(pod(waiting("ErrImagePull", DOCKER), spec(image="python:3.11")),)), saw="docker.io refuses"),
    fires(
        scene(
            pods=(
                pod(
                    waiting(
                        "ErrImagePull",
                        "unexpected status code https://registry-1.docker.io/v2/library/python/manifests/3.11: 429 Too "
                        "Many Requests - Server message: toomanyrequests",
                    ),
                    spec(image="python:3.11"),
                ),
            )
        ),
        findings=1,
        name="containerd",
    ),
    quiet(scene(pods=(pod(running(), spec(image="python:3.11")),))),
    quiet(scene(pods=(pod(waiting("ErrImagePull", "unauthorized: authentication required")),))),
)
