"""The image arrives and cannot be used: damaged, of an old format, or not signed as demanded.

What it finds
-------------
A pull that failed after the registry gave the image: a layer whose digest does not match, a manifest of a format that
the runtime does not know (any more), or a signature that the node's policy does not accept.

Why it breaks
-------------
The runtime checks every layer against its digest and refuses formats it cannot unpack: containerd 2.1 no longer takes
manifests of schema 1, and an artifact of another kind (a Helm chart, a model) is no image. So no container is made.

How to fix
----------
Build and push the image again with a current tool, under a new tag; let an administrator look at a policy.

Learn more
----------
containerd documentation, "Deprecated features". containers-policy.json(5).
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.kubernetes.pull_cures import FOLLOWS
from checks.kubernetes.pulling import failed_pulls
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled

SAYS = {
    "corrupt": "arrives damaged: a layer does not match its digest",
    "format": "has a format that the node's runtime does not take",
    "signature": "is not signed as the node's policy demands",
}


@check(
    "kubernetes.image-unusable",
    needs=("workload",),
    stage=Stage.START,
    explains=(*FOLLOWS, "logs.image-corrupt", "logs.image-format-too-old", "logs.image-manifest-unsupported"),
)
def image_unusable(evidence: Evidence) -> Iterator[Finding]:
    """Say which of the three."""
    workload = workload_of(evidence)
    for pull in failed_pulls(workload, "corrupt", "format", "signature"):
        signed = pull.kind == "signature"
        yield Finding(
            title=titled(f"the image `{pull.image}` {SAYS[pull.kind]}", 88),
            evidence=pull.quotes,
            about=pull.about,
            fixes=(
                Fix(title="sign the image as the policy demands, or let the policy of the nodes accept it")
                if signed
                else Fix(
                    title="build and push it again with a current tool",
                    commands=(f"docker build -t {pull.image} .", f"docker push {pull.image}"),
                ),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


OLD = 'media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported'
BROKEN = "failed to copy: unexpected commit digest sha256:1111, expected sha256:2222: failed precondition"
UNSIGNED = "SignatureValidationFailed: Source image rejected: A signature was required, but no signature exists"
CASES = (
    fires(scene(pods=(pod(waiting("ErrImagePull", OLD)),)), saw="has a format", findings=1),
    fires(scene(pods=(pod(waiting("ErrImagePull", BROKEN)),)), saw="arrives damaged"),
    fires(scene(pods=(pod(waiting("SignatureValidationFailed", UNSIGNED)),)), saw="not signed"),
    quiet(scene(pods=(pod(running()),))),
    quiet(scene(pods=(pod(waiting("ErrImagePull", "manifest unknown"), spec(image="r.io/schema:1")),))),
)
