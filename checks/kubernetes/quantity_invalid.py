"""A request or limit is no quantity.

What it finds
-------------
An amount that Kubernetes cannot read (`2GB`, `1 Gi`, `500 m`, `2gi`), and a negative one.

Why it breaks
-------------
A quantity is a number with a suffix out of `m`, `k`, `M`, `G`, `Ki`, `Mi`, `Gi`, ... in exactly this writing. The API
server refuses the object: `quantities must match the regular expression`.

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
from checks.cluster.quantities import amount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import amounts, containers_with_path


@check("kubernetes.quantity-invalid", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
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
    quiet(
        scene(
            controller=_asking(requests={"cpu": "500m", "memory": "1e9"}, limits={"cpu": 1, "memory": "2Gi"}),
            from_files=True,
        )
    ),
)
