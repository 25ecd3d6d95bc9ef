"""The user that the container shall run as is not in the image.

What it finds
-------------
A container that never began, because a user or group given by name is in no `/etc/passwd` of the image.

Why it breaks
-------------
`USER` of the image (or the runtime's own setting) names a user, and the runtime looks up its number in the image's
files before the command begins.

How to fix
----------
Give the user as a number (`runAsUser`), or create it in the image before `USER`.

Learn more
----------
Dockerfile reference, USER.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import failed_starts
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import pod, running, scene, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.user-unknown",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.container-user-unknown"),
)
def user_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Name the user."""
    workload = workload_of(evidence)
    for start in failed_starts(workload, "user"):
        one, user = start.one, start.what.strip("\"'\\") or "of the image"
        yield Finding(
            title=titled(f"the user `{user}` does not exist in the image `{one.spec.image}`", 88),
            evidence=(*start.quotes, quote_field(one.shown, "image", one.spec.image)),
            about=(*start.about, f"image:{one.spec.image}"),
            fixes=(
                of_container(
                    "give the user as a number",
                    workload,
                    one.name,
                    {"securityContext": {"runAsUser": 1000}},
                    init=one.init,
                ),
                Fix(title="create it in the Dockerfile before USER", commands=(f"RUN useradd -m {user}",)),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


WORDS = "Error response from daemon: unable to find user scorer: no matching entries in passwd file"
CASES = (
    fires(scene(pods=(pod(waiting("CreateContainerError", WORDS)),)), saw="the user `scorer`", findings=1),
    fires(
        scene(
            pods=(
                pod(
                    waiting(
                        "CreateContainerError",
                        "failed to create containerd container: mount callback failed on /tmp/x: no users found",
                    )
                ),
            )
        ),
        name="containerd",
    ),
    quiet(scene(pods=(pod(running()),))),
    quiet(scene(pods=(pod(waiting("CreateContainerError", "context deadline exceeded")),))),
)
