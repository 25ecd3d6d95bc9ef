"""The workload is scaled to zero.

What it finds
-------------
A deployment or stateful set with `replicas: 0`, and no autoscaler that would wake it.

Why it breaks
-------------
The controller keeps as many pods as it is told, and it is told none. Nothing is in an error state: the service has no
endpoint, so its clients get a connection error, or 503 from an ingress.

How to fix
----------
Scale it up.

Learn more
----------
Kubernetes documentation, "Deployments": scaling a deployment.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.patching import patched
from checks.kubernetes.scenes import deployment, pod, running, scene
from checks.kubernetes.seen import quote_field, workload_of


@check("kubernetes.scaled-to-zero", needs=("workload",), stage=Stage.OPERATE, confidence=Confidence.CERTAIN)
def scaled_to_zero(evidence: Evidence) -> Iterator[Finding]:
    """Look at the wished number."""
    workload = workload_of(evidence)
    controller = workload.controller
    if controller is None or controller.kind not in {"Deployment", "StatefulSet"} or controller.wanted:
        return
    scalers = () if isinstance(workload.autoscalers, Missing) else workload.autoscalers
    if any((one.spec.min_replicas or 0) > 0 and one.status.desired_replicas for one in scalers):
        return
    yield Finding(
        title=f"{workload.shown} is scaled to zero",
        evidence=(quote_field(workload.shown, "spec.replicas", 0),),
        about=(f"name:{workload.name}",),
        fixes=(
            patched(
                "scale it to one pod",
                workload.kind,
                workload.name,
                workload.namespace,
                {"spec": {"replicas": 1}},
            ),
        ),
        confirm=f"kubectl get {workload.shown} -n {workload.namespace}",
    )


CASES = (
    fires(scene(controller=deployment(replicas=0)), saw="scaled to zero"),
    quiet(scene(pods=(pod(running()),))),
    quiet(scene(controller=deployment(replicas=None)), name="one by default"),
)
