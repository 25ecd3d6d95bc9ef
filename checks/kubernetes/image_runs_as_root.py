"""The pod demands a user other than root, and the image runs as root or does not tell.

What it finds
-------------
`runAsNonRoot: true` with an image whose user is root, is none at all, or is given by name; or with `runAsUser: 0`.

Why it breaks
-------------
The kubelet compares numbers. An image without USER runs as 0; of a name (`USER dockeruser`) it cannot know the number.
It refuses both, and the container is never made.

How to fix
----------
Set `runAsUser` to the number of a user that may read the code and model, or end the Dockerfile with a numeric USER.

Learn more
----------
Kubernetes documentation, "Configure a Security Context for a Pod or Container".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import config_errors
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled

_REFUSED = re.compile(
    r"runAsNonRoot and image (?:will run as (?P<root>root)|has non-numeric user \((?P<name>[^)]*)\))"
    r"|(?P<asked>runAsUser breaks non-root policy)"
)


@check(
    "kubernetes.image-runs-as-root",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "kubernetes.container-not-configured", "logs.image-runs-as-root"),
)
def image_runs_as_root(evidence: Evidence) -> Iterator[Finding]:
    """Tell root, a name and a contradiction in the pod apart."""
    workload = workload_of(evidence)
    for one, words, quotes in config_errors(workload):
        found = _REFUSED.search(words)
        if not found:
            continue
        image = one.spec.image
        if found["name"]:
            title = f"the user `{found['name']}` of image `{image}` is a name, and runAsNonRoot needs a number"
        elif found["asked"]:
            title = f"container {one.name} has runAsUser 0 and runAsNonRoot: true"
        else:
            title = f"the image `{image}` runs as root, and the pod demands another user (runAsNonRoot)"
        own = {"securityContext": {"runAsUser": 1000}}
        user = found["name"] or "1000"
        yield Finding(
            title=titled(title, 88),
            evidence=(*quotes, quote_field(one.shown, "image", image)),
            about=(f"container:{one.name}", f"image:{image}"),
            fixes=(
                of_container("run it as a user that may read code and model", workload, one.name, own, init=one.init),
                Fix(title="end the Dockerfile with a numeric user", commands=("USER 1000",)),
                *(
                    (Fix(title="look which number the name has", commands=(f"docker run --rm {image} id -u {user}",)),)
                    if found["name"]
                    else ()
                ),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


ROOT = 'container has runAsNonRoot and image will run as root (pod: "score_team-a(1)", container: inference-server)'
NAME = "container has runAsNonRoot and image has non-numeric user (dockeruser), cannot verify user is non-root"
CASES = (
    fires(
        scene(pods=(pod(waiting("CreateContainerConfigError", ROOT)),)),
        saw="the image `score:1` runs as root",
        findings=1,
    ),
    fires(scene(pods=(pod(waiting("CreateContainerConfigError", NAME)),)), saw="`dockeruser`"),
    fires(
        scene(pods=(pod(waiting("CreateContainerConfigError", "container's runAsUser breaks non-root policy")),)),
        saw="runAsUser 0",
    ),
    fires(
        scene(pods=tuple(pod(waiting("CreateContainerConfigError", ROOT.replace("(1)", n)), name=n) for n in "ab")),
        findings=1,
        name="two replicas",
    ),
    quiet(scene(pods=(pod(running(), spec(securityContext={"runAsNonRoot": True})),))),
    quiet(scene(pods=(pod(waiting("CreateContainerConfigError", 'secret "db" not found')),))),
)
