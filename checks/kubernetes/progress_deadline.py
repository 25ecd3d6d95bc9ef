"""A rollout makes no progress.

What it finds
-------------
The condition `ProgressDeadlineExceeded` of a deployment.

Why it breaks
-------------
The controller gives a rollout `progressDeadlineSeconds` (600 by default) for each step forward, and then says that it
failed. Nothing is undone by that, and it goes on trying. Why the new pods do not get ready is told by their own states.

How to fix
----------
Cure what keeps the new pods, or undo the rollout until that is done.

Learn more
----------
Kubernetes documentation, "Deployments": failed deployment.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.rollout import has_trouble, is_up, older
from checks.kubernetes.scenes import deployment, ended, pod, running, scene, waiting
from checks.kubernetes.seen import cut, workload_of
from checks.runtime.wording import titled

REASON = "ProgressDeadlineExceeded"


@check("kubernetes.progress-deadline", needs=("workload",), stage=Stage.OPERATE, confidence=Confidence.CERTAIN)
def progress_deadline(evidence: Evidence) -> Iterator[Finding]:
    """A symptom; a warning where a pod shows by its state why."""
    workload = workload_of(evidence)
    controller = workload.controller
    state = controller.status.condition("Progressing") if controller else None
    if controller is None or state is None or state.status != "False" or state.reason != REASON:
        return
    if controller.metadata.generation > controller.status.observed_generation:
        return  # it speaks of an earlier template
    seconds = controller.spec.progress_deadline_seconds
    of_pods = any(has_trouble(each) or each.status.phase == "Pending" for each in workload.pods)
    refused = controller.status.condition("ReplicaFailure")
    undo = Fix(
        title="undo the rollout until the cause is cured",
        commands=(f"kubectl rollout undo {workload.shown} -n {workload.namespace}",),
    )
    yield Finding(
        title=titled(f"the rollout of {workload.shown} makes no progress for {seconds or 600} s", 88),
        evidence=(
            Quote(source=workload.shown, text=cut(f"Progressing: {state.reason}: {state.message}")),
            Quote(
                source=workload.shown,
                text=f"{controller.status.updated_replicas} pods of the new template, "
                f"{controller.status.ready_replicas} ready in all, {controller.wanted} wanted",
            ),
        ),
        severity=Severity.WARNING if of_pods or refused or is_up(workload) else Severity.ERROR,
        fixes=(
            Fix(
                title="see how its pods stand",
                commands=(f"kubectl get pods -n {workload.namespace} -o wide",),
            ),
            *((undo,) if older(workload) else ()),
        ),
        confirm=f"kubectl rollout status {workload.shown} -n {workload.namespace}",
    )


LATE = {
    "conditions": [
        {
            "type": "Progressing",
            "status": "False",
            "reason": "ProgressDeadlineExceeded",
            "message": 'ReplicaSet "score-6b5496fd48" has timed out progressing.',
        }
    ],
    "updatedReplicas": 1,
}
FINE = {"conditions": [{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}]}
LOOP = waiting("CrashLoopBackOff", last=ended(3), restarts=6)
CASES = (
    fires(
        scene(controller=deployment(status=LATE), pods=(pod(running(ready=False)),)),
        saw="the rollout of deployment/score makes no progress for 600 s",
        findings=1,
    ),
    fires(scene(controller=deployment(status=LATE), pods=(pod(LOOP),)), saw="has timed out progressing"),
    quiet(scene(controller=deployment(status=FINE), pods=(pod(running()),))),
    quiet(scene(controller=deployment(), pods=(pod(LOOP),))),
)
