"""An autoscaler scales something that is not there.

What it finds
-------------
A HorizontalPodAutoscaler whose target does not exist, or is named with a wrong kind.

Why it breaks
-------------
The autoscaler cannot read how many pods there are and does nothing: under load no pod is added.

How to fix
----------
Name the deployment that is there; `kind` is `Deployment`, with `apiVersion: apps/v1`.

Learn more
----------
Kubernetes documentation, "HorizontalPodAutoscaler Walkthrough". Source: controller, reason `FailedGetScale`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.kubernetes.scaling import autoscalers_of, scales
from checks.kubernetes.scenes import Made, scene
from checks.kubernetes.seen import cut, quote_field, workload_of
from checks.kubernetes.services import of_object
from checks.runtime.wording import titled

_GONE = ("not found", "no matches for kind", "could not find the requested resource")


@check(
    "kubernetes.autoscaler-target-missing",
    needs=("workload",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def autoscaler_target_missing(evidence: Evidence) -> Iterator[Finding]:
    """By the controller's words; in manifests by the name."""
    workload = workload_of(evidence)
    for one in autoscalers_of(workload):
        target, name = one.spec.scale_target_ref, one.metadata.name
        able = one.status.condition("AbleToScale")
        failed = able is not None and able.reason == "FailedGetScale" and any(word in able.message for word in _GONE)
        if not failed and not (workload.from_files and not scales(one, workload)):
            continue
        right = {"kind": workload.kind, "name": workload.name, "apiVersion": "apps/v1"}
        yield Finding(
            title=titled(f"autoscaler {name} scales {target.kind.lower()}/{target.name}, which is not there", 88),
            evidence=(
                quote_field(f"hpa/{name}", "spec.scaleTargetRef", f"{target.kind}/{target.name}"),
                *((Quote(source=f"hpa/{name}", text=cut(able.message)),) if able and failed else ()),
            ),
            confidence=Confidence.CERTAIN if failed else Confidence.LIKELY,
            about=(f"autoscaler:{name}",),
            fixes=(
                of_object(f"let it scale {workload.shown}", workload, "hpa", name, {"spec": {"scaleTargetRef": right}}),
            ),
        )


def _scaler(kind: str, name: str, message: str = "") -> Made:
    condition = {"type": "AbleToScale", "status": "False", "reason": "FailedGetScale", "message": message}
    return {
        "metadata": {"name": "score"},
        "spec": {"scaleTargetRef": {"kind": kind, "name": name}, "maxReplicas": 3},
        "status": {"conditions": [condition] if message else []},
    }


GONE = 'the HPA controller was unable to get the target\'s current scale: deployments.apps "skore" not found'
CASES = (
    fires(scene(autoscalers=(_scaler("Deployment", "skore", GONE),)), saw="scales deployment/skore", findings=1),
    fires(scene(autoscalers=(_scaler("deployment", "score", 'no matches for kind "deployment" in group "apps"'),))),
    fires(scene(autoscalers=(_scaler("Deployment", "skore"),), from_files=True), name="in manifests"),
    quiet(scene(autoscalers=(_scaler("Deployment", "score"),))),
    quiet(
        scene(autoscalers=(_scaler("Deployment", "score", "deployments.apps is forbidden"),)), name="for lack of rights"
    ),
)
