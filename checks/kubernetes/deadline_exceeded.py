"""A pod or a job was ended, as it ran longer than it may.

What it finds
-------------
The reason `DeadlineExceeded` of a job or of a pod, and the `activeDeadlineSeconds` that it was held to.

Why it breaks
-------------
`activeDeadlineSeconds` counts from the start of the job or pod, waiting for nodes, images and restarts included. When
it is over everything is ended, whatever was done.

How to fix
----------
Raise the deadline, or leave it out; find out what takes so long.

Learn more
----------
Kubernetes documentation, "Jobs": job termination and cleanup. Source: kubelet `active_deadline.go`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.scenes import Made, deployment, ended, pod, running, scene, terminated
from checks.kubernetes.seen import cut, workload_of
from checks.runtime.wording import titled

REASON = "DeadlineExceeded"


@check(
    "kubernetes.deadline-exceeded",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.job-failed", "kubernetes.killed", "kubernetes.container-failed", "kubernetes.crash-loop"),
)
def deadline_exceeded(evidence: Evidence) -> Iterator[Finding]:
    """Name the deadline, of the job before that of its pods."""
    workload = workload_of(evidence)
    quote = _of_job(workload) or _of_pod(workload)
    if quote is None:
        return
    seconds = _deadline(workload)
    deadline = f"its deadline of {seconds} s" if seconds else "its deadline"
    yield Finding(
        title=titled(f"{workload.shown} was ended: {deadline} is over", 88),
        evidence=(quote, Quote(source=workload.shown, text=f"activeDeadlineSeconds: {seconds or 'not known'}")),
        fixes=(
            Fix(
                title=f"make it anew with `activeDeadlineSeconds: {4 * seconds}`" if seconds else "raise the deadline",
                commands=(f"kubectl get {workload.shown} -n {workload.namespace} -o yaml > {workload.name}.yaml",),
            ),
        ),
        confirm=f"kubectl get {workload.shown} -n {workload.namespace}",
    )


def _of_job(workload: Workload) -> Quote | None:
    failed = workload.controller.status.condition("Failed") if workload.controller else None
    if failed is None or failed.status != "True" or failed.reason != REASON:
        return None
    return Quote(source=workload.shown, text=cut(f"Failed: {failed.reason}: {failed.message}"))


def _of_pod(workload: Workload) -> Quote | None:
    for each in workload.pods:
        if each.status.phase == "Failed" and each.status.reason == REASON:
            return Quote(source=f"pod/{each.name}", text=cut(f"{REASON}: {each.status.message}"))
    return None


def _deadline(workload: Workload) -> int | None:
    of_job = workload.controller.spec.active_deadline_seconds if workload.controller else None
    return of_job or (workload.spec.active_deadline_seconds if workload.spec else None)


def _job(seconds: int, *conditions: Made) -> Made:
    made = deployment(status={"conditions": list(conditions), "failed": 1})
    return {**made, "kind": "Job", "spec": {**made["spec"], "activeDeadlineSeconds": seconds}}


FAILED = {
    "type": "Failed",
    "status": "True",
    "reason": "DeadlineExceeded",
    "message": "Job was active longer than specified deadline",
}
OVER = {"reason": "DeadlineExceeded", "message": "Pod was active on the node longer than the specified deadline"}
CASES = (
    fires(scene(kind="Job", controller=_job(600, FAILED)), saw="its deadline of 600 s is over", findings=1),
    fires(
        scene(
            kind="Pod", controller=None, pods=(pod(running(), phase="Failed", status=OVER, activeDeadlineSeconds=60),)
        ),
        saw="its deadline of 60 s is over",
    ),
    quiet(scene(kind="Job", controller=_job(600), pods=(pod(running()),))),
    quiet(scene(kind="Job", controller=_job(600), pods=(pod(terminated(ended(1)), phase="Failed"),)), name="an error"),
)
