"""A container asks for more than it may use.

What it finds
-------------
A limit that is smaller than the request for the same resource.

Why it breaks
-------------
The API server refuses such a pod: `must be less than or equal to memory limit`. A deployment is refused at once; where
a limit range sets the other value, the deployment is accepted and its pods are refused.

How to fix
----------
Raise the limit to the request, or lower the request.

Learn more
----------
Kubernetes documentation, "Resource management for pods and containers". Source: `ValidateResourceRequirements`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.quantities import amount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, scene, spec
from checks.kubernetes.seen import quote_field, templates, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.limit-below-request",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.no-pods", "kubernetes.template-invalid", "kubernetes.value-refused"),
)
def limit_below_request(evidence: Evidence) -> Iterator[Finding]:
    """Compare the amounts, however they are written."""
    workload = workload_of(evidence)
    for container, init in templates(workload):
        for name, asked in container.resources.requests.items():
            limit = container.resources.limits.get(name)
            wanted, most = amount(asked), amount(limit)
            thousandths = name == "memory" and str(limit).endswith("m")  # a slip of the unit, and told as one
            if wanted is None or most is None or wanted <= most or thousandths:
                continue
            yield Finding(
                title=titled(f"container `{container.name}` asks for {asked} of {name}, its limit is {limit}", 88),
                evidence=(
                    quote_field(workload.shown, f"containers[{container.name}].resources.requests.{name}", asked),
                    quote_field(workload.shown, f"containers[{container.name}].resources.limits.{name}", limit),
                ),
                about=(f"container:{container.name}", f"resource:{name}"),
                fixes=(
                    of_container(
                        "raise the limit to the request",
                        workload,
                        container.name,
                        {"resources": {"limits": {name: asked}}},
                        init=init,
                    ),
                ),
            )


def _asking(request: str, limit: str) -> dict[str, object]:
    return deployment(spec(resources={"requests": {"memory": request}, "limits": {"memory": limit}}))


CASES = (
    fires(scene(controller=_asking("2Gi", "1Gi")), saw="asks for 2Gi of memory, its limit is 1Gi", findings=1),
    fires(scene(controller=_asking("1500M", "1Gi")), saw="its limit is 1Gi"),
    quiet(scene(controller=_asking("1Gi", "1024Mi")), name="the same, written otherwise"),
    quiet(scene(controller=_asking("64Mi", "1Gi"))),
    quiet(scene(controller=_asking("64Mi", "512m")), name="thousandths of a byte: the unit is wrong"),
    quiet(scene()),
)
