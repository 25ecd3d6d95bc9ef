"""A job gave up after its pods had failed too often.

What it finds
-------------
The condition `Failed` of a job, for its back-off limit or its failure policy.

Why it breaks
-------------
A job starts failed pods again up to `backoffLimit` times (6 by default), and then ends what still runs. That it gave up
is no reason: what ended its pods is told by their exit codes and logs.

How to fix
----------
Cure what ends its pods, and make the job anew.

Learn more
----------
Kubernetes documentation, "Jobs": pod backoff failure policy.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.scenes import Made, deployment, pod, running, scene
from checks.kubernetes.seen import cut, workload_of
from checks.runtime.wording import titled


@check("kubernetes.job-failed", needs=("workload",), stage=Stage.OPERATE, confidence=Confidence.CERTAIN)
def job_failed(evidence: Evidence) -> Iterator[Finding]:
    """Count. A symptom."""
    workload = workload_of(evidence)
    job = workload.controller
    failed = job.status.condition("Failed") if job and job.kind == "Job" else None
    if job is None or failed is None or failed.status != "True" or failed.reason == "DeadlineExceeded":
        return
    number = f" after {job.status.failed} failed pod{'s' if job.status.failed > 1 else ''}" if job.status.failed else ""
    limit = 6 if job.spec.backoff_limit is None else job.spec.backoff_limit
    pods = f"kubectl get pods -n {workload.namespace} -l job-name={job.name}"
    yield Finding(
        title=titled(f"{workload.shown} gave up{number}", 88),
        evidence=(
            Quote(source=workload.shown, text=cut(f"Failed: {failed.reason}: {failed.message}")),
            Quote(source=workload.shown, text=f"spec.backoffLimit: {limit}"),
        ),
        fixes=(
            Fix(
                title="look at what its pods said",
                commands=(pods, f"kubectl logs -n {workload.namespace} job/{job.name} --all-containers --tail=100"),
            ),
        ),
    )


def _job(*conditions: Made, failed: int = 0) -> Made:
    return {**deployment(status={"conditions": list(conditions), "failed": failed}), "kind": "Job"}


FAILED = {
    "type": "Failed",
    "status": "True",
    "reason": "BackoffLimitExceeded",
    "message": "Job has reached the specified backoff limit",
}
CASES = (
    fires(scene(kind="Job", controller=_job(FAILED, failed=7)), saw="gave up after 7 failed pods", findings=1),
    fires(scene(kind="Job", controller=_job(FAILED)), saw="BackoffLimitExceeded"),
    quiet(scene(kind="Job", controller=_job({**FAILED, "reason": "DeadlineExceeded"})), name="another reason"),
    quiet(scene(kind="Job", controller=_job({"type": "Complete", "status": "True"}))),
    quiet(scene(kind="Job", controller=_job(failed=2), pods=(pod(running()),)), name="it still tries"),
)
