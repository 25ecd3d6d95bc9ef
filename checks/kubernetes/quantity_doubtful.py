"""A request or limit is valid, and surely not what was meant.

What it finds
-------------
Memory in thousandths of a byte (`512m`) or in a handful of bytes (`512`), and hundreds of CPU cores (`cpu: 1000`).

Why it breaks
-------------
In Kubernetes `m` is a thousandth: `512m` of memory is half a byte, `1000` of CPU are a thousand cores. A container with
such a memory limit is killed before it starts, and no node has room for such a CPU request.

How to fix
----------
Write `512Mi` of memory, `1000m` of CPU.

Learn more
----------
Kubernetes documentation, "Resource Management for Pods and Containers": "Pay attention to the case of the suffixes".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.metadata import Quantity
from checks.cluster.quantities import amount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import amounts, containers_with_path

LEAST_MEMORY = 1 << 20  # bytes; the runtime itself needs a few MiB to start a process
MOST_CORES = 256


@check(
    "kubernetes.quantity-doubtful",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.memory-too-small-to-start",
        "kubernetes.out-of-memory",
        "kubernetes.no-node-with-room",
        "kubernetes.container-not-started",
        "kubernetes.crash-loop",
    ),
)
def quantity_doubtful(evidence: Evidence) -> Iterator[Finding]:
    """Look for amounts that no service can have."""
    workload = workload_of(evidence)
    for container, path, init in containers_with_path(workload):
        for part, resource, written in amounts(container):
            meant = _meant(resource, written)
            if not meant:
                continue
            what = "bytes" if resource == "memory" else "cores"
            number = f"{amount(written) or 0:.4g} {what}"
            yield Finding(
                title=f"{part}.{resource} of `{container.name}` is `{written}`: {number}"[:88],
                evidence=(quote_field(workload.shown, f"{path}.resources.{part}.{resource}", written),),
                about=(f"container:{container.name}",),
                fixes=(
                    of_container(
                        f"write {meant}",
                        workload,
                        container.name,
                        {"resources": {part: {resource: meant}}},
                        init=init,
                    ),
                ),
            )


def _meant(resource: str, written: Quantity) -> str:
    """The quantity that was meant, empty where the one that stands there may be."""
    number, text = amount(written), str(written)
    if number is None or number <= 0:
        return ""
    if resource == "memory" and number < LEAST_MEMORY:
        return f"{text.removesuffix('m').removesuffix('k').removesuffix('Ki')}Mi"
    return f"{text}m" if resource == "cpu" and number > MOST_CORES and text.isdigit() else ""


CASES = (
    fires(
        scene(controller=deployment(spec(resources={"limits": {"memory": "512m"}})), from_files=True),
        saw="`512m`: 0.512 bytes",
    ),
    fires(scene(controller=deployment(spec(resources={"requests": {"cpu": 1000}})), from_files=True), saw="1000 cores"),
    quiet(
        scene(controller=deployment(spec(resources={"limits": {"memory": "512Mi", "cpu": "1000m"}})), from_files=True)
    ),
)
