"""The container runs an image that its tag no longer stands for.

What it finds
-------------
A container made from a tag that names another image by now.

Why it breaks
-------------
A build or pull moves the tag, the container keeps the image that it was made from; `docker restart` does not change
that. So what was changed since is not in it.

How to fix
----------
Make the container again.

Learn more
----------
Docker documentation, `docker build`, `docker image ls`: an image without its tag shows as `<none>`.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import remade
from checks.container.seen import container_of, image_of, inspected
from checks.containers import Image
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.runtime.wording import titled


@check(
    "container.image-replaced",
    needs=("container",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def image_replaced(evidence: Evidence) -> Iterator[Finding]:
    """Name both images."""
    seen = container_of(evidence)
    image = image_of(seen)
    if image is None or not image.replaced_by:
        return
    made = f", made {image.created}" if image.created else ""
    yield Finding(
        title=titled(f"the container runs an older image than `{image.reference}` is now", 88),
        evidence=(
            inspected(seen, f"the container's image: {_short(image.id)}{made}"),
            inspected(seen, f"{image.reference} is now: {_short(image.replaced_by)}"),
        ),
        fixes=(remade("make it again from the image of today", seen),),
    )


def _short(id: str) -> str:
    return id.removeprefix("sha256:")[:12]


CASES = (
    fires(
        container(image=Image(id="sha256:9f2c", reference="score:1", replaced_by="sha256:77aa")),
        saw="an older image than `score:1` is now",
        findings=1,
    ),
    quiet(container(), name="the same image"),
    quiet(container(image=Image(id="sha256:9f2c", reference="sha256:9f2c")), name="made by id"),
)
