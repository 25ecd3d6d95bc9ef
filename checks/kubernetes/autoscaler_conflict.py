"""Autoscalers contradict themselves, each other, or the router of Azure ML.

What it finds
-------------
A minimum above the maximum, two autoscalers of one workload, and an autoscaler of a deployment that Azure ML scales.

Why it breaks
-------------
The API refuses an autoscaler whose minimum is above its maximum. Two that scale the same pods undo each other's work:
pods come and go, and requests to those that go are cut. Deployments of Azure ML are scaled by its router, azureml-fe.

How to fix
----------
Keep one autoscaler, with bounds that fit.

Learn more
----------
Kubernetes documentation, "Horizontal Pod Autoscaling". Azure Machine Learning documentation, "Inference router": do
not add an autoscaler of Kubernetes.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.scaling import autoscalers_of, scales
from checks.kubernetes.scenes import Made, deployment, scene
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import of_object
from checks.runtime.wording import titled
from checks.text import listed

_OF_AZURE = ("ml.azure.com/", "azuremlappname", "isazuremlapp")


@check(
    "kubernetes.autoscaler-conflict",
    needs=("workload",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def autoscaler_conflict(evidence: Evidence) -> Iterator[Finding]:
    """Look at the bounds of each, then at all that scale the workload."""
    workload = workload_of(evidence)
    mine = [one for one in autoscalers_of(workload) if scales(one, workload)]
    for one in mine:
        least, most, name = one.spec.min_replicas or 1, one.spec.max_replicas, one.metadata.name
        if least > most:
            yield Finding(
                title=titled(f"autoscaler {name} has a minimum of {least} above its maximum of {most}", 88),
                evidence=(
                    quote_field(f"hpa/{name}", "spec.minReplicas", least),
                    quote_field(f"hpa/{name}", "spec.maxReplicas", most),
                ),
                severity=Severity.ERROR,
                about=(f"autoscaler:{name}",),
                fixes=(
                    of_object(f"raise the maximum to {least}", workload, "hpa", name, {"spec": {"maxReplicas": least}}),
                ),
            )
    names = [one.metadata.name for one in mine]
    where = f"-n {workload.namespace}"
    if len(mine) > 1:
        yield Finding(
            title=titled(f"{len(mine)} autoscalers scale {workload.shown}: {listed(names, 2)}", 88),
            evidence=tuple(quote_field(f"hpa/{name}", "spec.scaleTargetRef", workload.shown) for name in names[:3]),
            about=tuple(f"autoscaler:{name}" for name in names),
            fixes=(Fix(title=f"keep one of them, {names[0]}", commands=(f"kubectl delete hpa {names[1]} {where}",)),),
        )
    label = next((key for key in workload.labels if key.startswith(_OF_AZURE)), None)
    if mine and label:
        yield Finding(
            title=titled(f"autoscaler {names[0]} scales a deployment that Azure ML scales itself", 88),
            evidence=(
                Quote(source=workload.shown, text=f"label {label}={workload.labels[label]}"),
                quote_field(f"hpa/{names[0]}", "spec.scaleTargetRef", workload.shown),
            ),
            confidence=Confidence.LIKELY,
            about=(f"autoscaler:{names[0]}",),
            fixes=(
                Fix(
                    title="set the scale in the deployment of Azure ML (scale_settings), and take the autoscaler away",
                    commands=(f"kubectl delete hpa {names[0]} {where}",),
                ),
            ),
        )


def _scaler(least: int = 1, most: int = 3, name: str = "score") -> Made:
    target = {"kind": "Deployment", "name": "score"}
    return {"metadata": {"name": name}, "spec": {"scaleTargetRef": target, "minReplicas": least, "maxReplicas": most}}


OF_AZURE = deployment()
OF_AZURE["spec"] = {
    **OF_AZURE["spec"],
    "template": {"metadata": {"labels": {"app": "score", "ml.azure.com/deployment-name": "blue"}}},
}
CASES = (
    fires(scene(autoscalers=(_scaler(5, 3),), from_files=True), saw="minimum of 5 above its maximum of 3", findings=1),
    fires(scene(autoscalers=(_scaler(), _scaler(name="other"))), saw="2 autoscalers scale deployment/score"),
    fires(scene(controller=OF_AZURE, autoscalers=(_scaler(),)), saw="ml.azure.com/deployment-name=blue"),
    quiet(scene(autoscalers=(_scaler(),))),
    quiet(scene(controller=OF_AZURE, autoscalers=())),
)
