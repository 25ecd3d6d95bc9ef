"""The workload is scaled to zero.

What it finds
-------------
A deployment or stateful set with `replicas: 0`, and no autoscaler that would wake it. Where other pods answer for all
of its services, as beside a canary that waits for its turn, that is only a warning.

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
from checks.cluster.subject import Workload
from checks.cluster.traffic import Service
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.kubernetes.patching import patched
from checks.kubernetes.scenes import Made, deployment, pod, running, scene, service
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import selecting, slices_of
from checks.text import listed


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
    others = _answered_by_others(workload)
    shown = listed([f"service/{one.name}" for one in others], 2)
    verb = "has" if len(others) == 1 else "have"
    why = f"The controller is told to keep no pod. {shown} {verb} ready pods of another workload, which answer instead."
    yield Finding(
        title=f"{workload.shown} is scaled to zero",
        why=why if others else "",
        evidence=(
            quote_field(workload.shown, "spec.replicas", 0),
            *(Quote(source=f"service/{one.name}", text="ready pods of others stand behind it") for one in others[:2]),
        ),
        severity=Severity.WARNING if others or workload.from_files else Severity.ERROR,
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


def _answered_by_others(workload: Workload) -> tuple[Service, ...]:
    """The services of the workload, when every one of them has a ready endpoint all the same."""
    found = selecting(workload)
    served = all(
        any(end.is_ready for part in slices_of(workload, one) or () for end in part.endpoints) for one in found
    )
    return found if served else ()


READY: Made = {
    "metadata": {"name": "score-1", "labels": {"kubernetes.io/service-name": "score"}},
    "endpoints": [{"addresses": ["10.0.0.9"], "conditions": {"ready": True}}],
}
CASES = (
    fires(
        scene(controller=deployment(replicas=0), services=(service(),), slices=(READY,)),
        saw="pods of others",
        name="the other pods of its service answer: a warning",
    ),
    fires(scene(controller=deployment(replicas=0), services=(service(),), slices=()), findings=1),
    fires(scene(controller=deployment(replicas=0)), saw="scaled to zero"),
    quiet(scene(pods=(pod(running()),))),
    quiet(scene(controller=deployment(replicas=None)), name="one by default"),
)
