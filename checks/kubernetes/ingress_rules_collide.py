"""Two rules of ingresses claim the same host and path.

What it finds
-------------
The same host, path and path type twice, leading to different services.

Why it breaks
-------------
A controller keeps one of the two, mostly the older, and drops the other without a word. The service of the other gets
no request.

How to fix
----------
Give each its own path or host.

Learn more
----------
Kubernetes documentation, "Ingress": multiple matches.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.routing import at
from checks.kubernetes.scenes import Made, scene
from checks.kubernetes.seen import workload_of
from checks.kubernetes.services import ingresses_of
from checks.runtime.wording import titled


@check(
    "kubernetes.ingress-rules-collide",
    needs=("workload",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def ingress_rules_collide(evidence: Evidence) -> Iterator[Finding]:
    """Compare the rules of all ingresses of one class that were read."""
    workload = workload_of(evidence)
    first: dict[tuple[str, str, str, str], tuple[str, str]] = {}
    for one in ingresses_of(workload):
        canary = any(key.endswith("/canary") and value == "true" for key, value in one.metadata.annotations.items())
        for rule in () if canary else one.rules:
            place = (one.ingress_class, rule.host, rule.path or "/", rule.path_type)
            mine = (one.metadata.name, rule.backend.service)
            other = first.setdefault(place, mine)
            if other[1] == mine[1]:
                continue
            yield Finding(
                title=titled(f"{at(rule)} leads to {other[1]} by one rule, and to {mine[1]} by another", 88),
                evidence=tuple(
                    Quote(source=f"ingress/{name}", text=f"{at(rule)}: {service}") for name, service in (other, mine)
                ),
                about=(f"ingress:{mine[0]}", f"service:{mine[1]}"),
                fixes=(
                    Fix(
                        title=f"give {mine[1]} a path or host of its own",
                        commands=()
                        if workload.from_files
                        else (f"kubectl edit ingress {mine[0]} -n {workload.namespace}",),
                    ),
                ),
            )


def _ingress(name: str, service: str, path: str = "/score", **more: object) -> Made:
    return {
        "metadata": {"name": name, **more},
        "rules": [{"host": "ml.example.com", "path": path, "pathType": "Prefix", "backend": {"service": service}}],
    }


CANARY: Made = {"annotations": {"nginx.ingress.kubernetes.io/canary": "true"}}
CASES = (
    fires(scene(ingresses=(_ingress("a", "score"), _ingress("b", "billing"))), saw="ml.example.com/score", findings=1),
    quiet(scene(ingresses=(_ingress("a", "score"), _ingress("b", "billing", "/billing")))),
    quiet(scene(ingresses=(_ingress("a", "score"), _ingress("b", "score"))), name="the same service"),
    quiet(scene(ingresses=(_ingress("a", "score"), _ingress("b", "new", **CANARY))), name="a canary of nginx"),
)
