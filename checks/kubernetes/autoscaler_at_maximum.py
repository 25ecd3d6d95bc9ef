"""An autoscaler would add pods and may not.

What it finds
-------------
A HorizontalPodAutoscaler that has reached its maximum while its measure asks for more, or one that may not grow at all.

Why it breaks
-------------
More requests come than the pods can answer, and no pod is added: requests queue before the workers, and clients run
into time-outs and 503.

How to fix
----------
Raise `maxReplicas`, as far as nodes and quota have room, or make one request cheaper.

Learn more
----------
Kubernetes documentation, "Horizontal Pod Autoscaling". Source: controller, condition `ScalingLimited` with reason
`TooManyReplicas`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.scaling import autoscalers_of
from checks.kubernetes.scenes import Made, scene
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import of_object
from checks.runtime.wording import titled


@check(
    "kubernetes.autoscaler-at-maximum",
    needs=("workload",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def autoscaler_at_maximum(evidence: Evidence) -> Iterator[Finding]:
    """Only while the controller says that it is held back."""
    workload = workload_of(evidence)
    for one in autoscalers_of(workload):
        limited, most, name = one.status.condition("ScalingLimited"), one.spec.max_replicas, one.metadata.name
        if limited is None or limited.status != "True" or limited.reason != "TooManyReplicas":
            continue
        if one.status.current_replicas < most:
            continue
        yield Finding(
            title=titled(f"autoscaler {name} is at its maximum of {most} pods, and would add more", 88),
            evidence=(
                quote_field(f"hpa/{name}", "spec.maxReplicas", most),
                quote_field(f"hpa/{name}", "status.conditions[ScalingLimited]", limited.message),
            ),
            about=(f"autoscaler:{name}",),
            fixes=(
                of_object(
                    f"let it have {2 * most} pods at most", workload, "hpa", name, {"spec": {"maxReplicas": 2 * most}}
                ),
            ),
        )


def _scaler(reason: str, current: int) -> Made:
    condition = {
        "type": "ScalingLimited",
        "status": "True",
        "reason": reason,
        "message": "the desired replica count is more than the maximum replica count",
    }
    return {
        "metadata": {"name": "score"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "score"}, "maxReplicas": 3},
        "status": {"currentReplicas": current, "desiredReplicas": 3, "conditions": [condition]},
    }


CASES = (
    fires(scene(autoscalers=(_scaler("TooManyReplicas", 3),)), saw="maximum of 3 pods", findings=1),
    quiet(scene(autoscalers=(_scaler("TooFewReplicas", 1),)), name="at its minimum"),
    quiet(scene(autoscalers=(_scaler("TooManyReplicas", 2),)), name="on its way"),
)
