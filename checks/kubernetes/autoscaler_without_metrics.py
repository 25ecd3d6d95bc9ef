"""An autoscaler gets no numbers to scale by.

What it finds
-------------
A HorizontalPodAutoscaler that cannot read its metrics: no metrics server, or containers without the request that a
percentage is taken of.

Why it breaks
-------------
A utilisation is the use divided by the request. Without a request, or without anybody who measures, the autoscaler
keeps the number of pods as it is: under load no pod is added, and clients run into time-outs.

How to fix
----------
Set the request of every container of the pod, or install the metrics server.

Learn more
----------
Kubernetes documentation, "Horizontal Pod Autoscaling": algorithm details. Source: controller, `FailedGetResourceMetric`
and `missing request for cpu`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.metadata import Condition
from checks.cluster.subject import Workload
from checks.cluster.workloads import Autoscaler
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scaling import autoscalers_of, resources, scales
from checks.kubernetes.scenes import Made, deployment, pod, running, scene, spec
from checks.kubernetes.seen import cut, quote_field, workload_of
from checks.runtime.wording import titled

_NO_SERVER = (
    "could not find the requested resource",
    "unable to handle the request",
    "no such host",
    "connection refused",
)
_YET = ("no metrics returned", "did not receive metrics", "no pods returned", "for any ready pods")


@check(
    "kubernetes.autoscaler-without-metrics",
    needs=("workload",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def autoscaler_without_metrics(evidence: Evidence) -> Iterator[Finding]:
    """Look at the template first, which says it before anything runs; then at the controller's words."""
    workload = workload_of(evidence)
    for one in autoscalers_of(workload):
        active, name = one.status.condition("ScalingActive"), one.metadata.name
        lacking = _lacking(workload, one) if scales(one, workload) else []
        said = active.message if active and active.status == "False" and _is_metric(active) else ""
        if said and any(word in said for word in _YET) and not any(pod.is_ready for pod in workload.pods):
            continue  # a symptom: pods that are not ready are not measured
        if not lacking and not said:
            continue
        quotes = [
            quote_field(workload.shown, f"resources.requests.{resource}", f"none in {c}") for c, resource in lacking
        ]
        yield Finding(
            title=titled(f"autoscaler {name} gets no metrics{_why(lacking, said)}", 88),
            evidence=(*quotes[:3], *((Quote(source=f"hpa/{name}", text=cut(said)),) if said else ())),
            about=(f"autoscaler:{name}",),
            fixes=tuple(_fixes(workload, lacking, said)),
            confirm=None if workload.from_files else f"kubectl describe hpa {name} -n {workload.namespace}",
        )


def _is_metric(active: Condition) -> bool:
    return active.reason.startswith("FailedGet") or "metric" in active.message


def _lacking(workload: Workload, one: Autoscaler) -> list[tuple[str, str]]:
    """Containers without a request, and of what. A limit alone is a request, too."""
    return [
        (container.name, resource)
        for container in (workload.spec.containers if workload.spec else ())
        for resource in sorted(resources(one))
        if resource not in container.resources.requests and resource not in container.resources.limits
    ]


def _why(lacking: list[tuple[str, str]], said: str) -> str:
    if lacking:
        return f": container {lacking[0][0]} requests no {lacking[0][1]}"
    return ": no metrics server answers" if any(word in said for word in _NO_SERVER) else ""


def _fixes(workload: Workload, lacking: list[tuple[str, str]], said: str) -> Iterator[Fix]:
    for container, resource in lacking:
        amount = "<cores of one pod, 500m>" if resource == "cpu" else "<memory of one pod, 1Gi>"
        body = {"resources": {"requests": {resource: amount}}}
        yield of_container(f"let {container} request the {resource} that it needs", workload, container, body)
    if not lacking and any(word in said for word in _NO_SERVER):
        url = "https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml"
        yield Fix(title="install the metrics server", commands=(f"kubectl apply -f {url}", "kubectl top pods"))
    elif not lacking:
        commands = ("kubectl get apiservices | grep metrics", f"kubectl top pods -n {workload.namespace}")
        yield Fix(title="see whether the metric is served", commands=commands)


def _scaler(message: str = "") -> Made:
    resource = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    condition = {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric", "message": message}
    return {
        "metadata": {"name": "score"},
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "score"},
            "maxReplicas": 3,
            "metrics": [{"type": "Resource", "resource": resource}],
        },
        "status": {"conditions": [condition] if message else []},
    }


ASKS = deployment(spec(resources={"requests": {"cpu": "500m"}}))
NO_SERVER = (
    "the HPA was unable to compute the replica count: unable to get metrics for resource cpu: unable to fetch metrics "
    "from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)"
)
YET = "the HPA was unable to compute the replica count: did not receive metrics for any ready pods"
CASES = (
    fires(scene(autoscalers=(_scaler("missing request for cpu"),)), saw="requests no cpu", findings=1),
    fires(scene(controller=ASKS, autoscalers=(_scaler(NO_SERVER),)), saw="no metrics server answers"),
    fires(scene(autoscalers=(_scaler(),), from_files=True), saw="none in inference-server", name="by the manifest"),
    quiet(scene(controller=ASKS, autoscalers=(_scaler(),))),
    quiet(scene(controller=ASKS, autoscalers=(_scaler(YET),), pods=(pod(running(ready=False)),)), name="a symptom"),
    quiet(
        scene(controller=deployment(spec(resources={"limits": {"cpu": 1}})), autoscalers=(_scaler(),)),
        name="a limit is a request",
    ),
)
