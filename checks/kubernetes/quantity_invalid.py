"""A request or limit is no quantity.

What it finds
-------------
An amount that Kubernetes cannot read (`2GB`, `1 Gi`, `500 m`, `2gi`), a negative one, and a request above its limit.

Why it breaks
-------------
A quantity is a number with a suffix out of `m`, `k`, `M`, `G`, `Ki`, `Mi`, `Gi`, ... in exactly this writing. The API
server refuses the object: `quantities must match the regular expression`, or `must be less than or equal to memory
limit`.

How to fix
----------
Write `2Gi` for two gibibytes, `2G` for two gigabytes, `500m` for half a core.

Learn more
----------
Kubernetes documentation, "Resource Management for Pods and Containers": resource units.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.metadata import Quantity
from checks.cluster.pods import Container
from checks.cluster.quantities import amount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import amounts, containers_with_path


@check("kubernetes.quantity-invalid", needs=("workload",), stage=Stage.BUILD, confidence=Confidence.CERTAIN)
def quantity_invalid(evidence: Evidence) -> Iterator[Finding]:
    """Read every amount."""
    workload = workload_of(evidence)
    if not workload.from_files:
        return
    for container, path, init in containers_with_path(workload):
        for part, resource, written in amounts(container):
            number = amount(written)
            if number is not None and number >= 0:
                continue
            right = _right(str(written))
            fields = {"resources": {part: {resource: right}}}
            yield Finding(
                title=f"`{written}` is no quantity ({part}.{resource} of `{container.name}`)",
                evidence=(quote_field(workload.shown, f"{path}.resources.{part}.{resource}", written),),
                about=(f"container:{container.name}",),
                fixes=(
                    of_container(f"write {right}", workload, container.name, fields, init=init)
                    if right
                    else Fix(title="write a number with a unit, as 500m or 2Gi", safety=Safety.REVIEW),
                ),
            )
        for resource, asked, most in _above(container):
            fields = {"resources": {"requests": {resource: str(most)}}}
            yield Finding(
                title=f"`{container.name}` requests {asked} of {resource}, above its limit of {most}",
                evidence=(
                    quote_field(workload.shown, f"{path}.resources.requests.{resource}", asked),
                    quote_field(workload.shown, f"{path}.resources.limits.{resource}", most),
                ),
                about=(f"container:{container.name}",),
                fixes=(
                    of_container(
                        f"request no more than the limit of {resource}", workload, container.name, fields, init=init
                    ),
                ),
            )


def _above(container: Container) -> Iterator[tuple[str, Quantity, Quantity]]:
    limits = container.resources.limits
    for resource, asked in container.resources.requests.items():
        low, high = amount(asked), amount(limits.get(resource))
        if low is not None and high is not None and low > high:
            yield resource, asked, limits[resource]


def _right(text: str) -> str:
    """The quantity that was surely meant, empty where it is not clear."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", text, re.IGNORECASE)
    if found is None:
        return ""
    unit = found[2].upper() if found[2] not in {"m", "k"} else found[2]
    return found[1] + ((unit.upper() + "i") if found[3] and unit else unit)


def _asking(**resources: object) -> dict[str, object]:
    return deployment(spec(resources=resources))


CASES = (
    fires(scene(controller=_asking(limits={"memory": "2GB"}), from_files=True), saw="`2GB` is no quantity"),
    fires(
        scene(controller=_asking(requests={"memory": "2Gi"}, limits={"memory": "1Gi"}), from_files=True),
        saw="above its limit of 1Gi",
    ),
    quiet(
        scene(
            controller=_asking(requests={"cpu": "500m", "memory": "1e9"}, limits={"cpu": 1, "memory": "2Gi"}),
            from_files=True,
        )
    ),
)
