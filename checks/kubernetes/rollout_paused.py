"""A deployment is paused, and its last change waits.

What it finds
-------------
`spec.paused` of a deployment whose template differs from that of its newest replica set, or of which some pods are
still of an older one.

Why it breaks
-------------
A paused deployment makes no pods of a new template: the change was accepted, and nothing happens. One that was paused
when it was made has no pod at all.

How to fix
----------
Resume it.

Learn more
----------
Kubernetes documentation, "Deployments": pausing and resuming a rollout.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.patching import patched
from checks.kubernetes.rollout import newest, older
from checks.kubernetes.scenes import Made, deployment, pod, replica_set, running, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.rollout-paused",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.progress-deadline", "kubernetes.no-pods", "kubernetes.not-ready"),
)
def rollout_paused(evidence: Evidence) -> Iterator[Finding]:
    """Compare templates, so that a pause without a change stays quiet."""
    workload = workload_of(evidence)
    controller = workload.controller
    if controller is None or controller.kind != "Deployment" or not controller.spec.paused or workload.from_files:
        return
    new = newest(workload)
    changed = new is not None and new.spec.template.spec != controller.spec.template.spec
    mixed = bool(older(workload)) and new is not None and new.status.ready_replicas < controller.wanted
    if new is not None and not changed and not mixed:
        return
    nothing = new is None and not workload.pods and controller.wanted > 0
    what = "and has no pod" if nothing else "halfway through a rollout" if mixed else "and its last change waits"
    if new is None and not nothing:
        return
    yield Finding(
        title=titled(f"{workload.shown} is paused {what}", 88),
        evidence=(quote_field(workload.shown, "spec.paused", "true"),),
        severity=Severity.ERROR if nothing else Severity.WARNING,
        about=(f"name:{workload.name}",),
        fixes=(patched("resume it", workload.kind, workload.name, workload.namespace, {"spec": {"paused": False}}),),
        confirm=f"kubectl rollout status {workload.shown} -n {workload.namespace}",
    )


def _paused(*containers: Made) -> Made:
    made = deployment(*containers)
    return {**made, "spec": {**made["spec"], "paused": True}}


CASES = (
    fires(scene(controller=_paused()), saw="is paused and has no pod", findings=1),
    fires(
        scene(controller=_paused(spec(image="score:2")), pods=(pod(running()),), replica_sets=(replica_set(),)),
        saw="its last change waits",
    ),
    quiet(scene(controller=_paused(), pods=(pod(running()),), replica_sets=(replica_set(),)), name="nothing changed"),
    quiet(scene(pods=(pod(running()),), replica_sets=(replica_set(),))),
)
