"""An image in a manifest has no tag, or the tag `latest`.

What it finds
-------------
An image without tag and digest, or with `latest`.

Why it breaks
-------------
The name means another image after the next push: pods of one deployment run different code, a restart brings what
nobody tested, and going back has nothing to go back to.

How to fix
----------
Name the version, or the digest.

Learn more
----------
Kubernetes documentation, "Images": image names.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import containers_with_path


@check(
    "kubernetes.image-floating",
    needs=("workload",),
    stage=Stage.OPERATE,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def image_floating(evidence: Evidence) -> Iterator[Finding]:
    """Look at the tags."""
    workload = workload_of(evidence)
    if not workload.from_files:
        return
    for container, path, init in containers_with_path(workload):
        image = container.image
        name, _, tag = image.rpartition("/")[2].partition(":")
        if not image or "@" in image or tag not in {"", "latest"} or not name:
            continue
        bare = image.removesuffix(":latest")
        yield Finding(
            title=f"the image `{image}` names no version"[:88],
            evidence=(quote_field(workload.shown, f"{path}.image", image),),
            about=(f"image:{image}", f"container:{container.name}"),
            fixes=(
                of_container("name the version", workload, container.name, {"image": f"{bare}:<version>"}, init=init),
            ),
        )


CASES = (
    fires(scene(controller=deployment(spec(image="registry:5000/score")), from_files=True), saw="names no version"),
    fires(scene(controller=deployment(spec(image="score:latest")), from_files=True), saw="score:latest"),
    quiet(scene(controller=deployment(spec(image="registry:5000/score:1")), from_files=True)),
    quiet(scene(controller=deployment(spec(image=f"score@sha256:{'0' * 64}")), from_files=True)),
)
