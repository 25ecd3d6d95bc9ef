"""A container of a pod that is started once ended with an error.

What it finds
-------------
A container that ended with an exit code other than 0 in a pod with `restartPolicy: Never`, or that waits for its first
restart.

Why it breaks
-------------
What the container was for is not done. Its exit code and its log tell why it ended; the pod stays for that purpose.

How to fix
----------
Read the log, cure what ends it, and start it anew.

Learn more
----------
Kubernetes documentation, "Pod lifecycle": container states, restart policy.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Pod
from checks.container.seen import all_lines
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.ends import NEVER_RAN, enders, loops, meaning, more, with_logs_of
from checks.kubernetes.scenes import deployment, ended, pod, running, scene, terminated, waiting
from checks.kubernetes.seen import quote_ended, workload_of
from checks.runtime.wording import titled

LAST_LINES = 2


@check(
    "kubernetes.container-failed",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.progress-deadline", "kubernetes.job-failed", "kubernetes.not-ready"),
)
def container_failed(evidence: Evidence) -> Iterator[Finding]:
    """Say what the exit code means. A symptom."""
    workload = workload_of(evidence)
    for one, count in enders(workload):
        end = one.ended
        if end is None or end.exit_code == 0 or end.reason in NEVER_RAN or loops(workload, one):
            continue
        means = meaning(end.exit_code)
        lines = [line for line in all_lines(with_logs_of(evidence, one)) if line.text.strip()]
        yield Finding(
            title=titled(f"container `{one.name}` ended with exit code {end.exit_code}: {means or 'an error'}", 88),
            evidence=(quote_ended(one), *(line.quote for line in lines[-LAST_LINES:]), *_policy(one.pod), *more(count)),
            about=(f"container:{one.name}", f"exit:{end.exit_code}"),
            fixes=(
                Fix(
                    title="look at what it said",
                    commands=(f"kubectl logs {one.pod.name} -n {workload.namespace} -c {one.name}",),
                ),
            ),
        )


def _policy(one: Pod) -> tuple[Quote, ...]:
    policy = one.spec.restart_policy
    return (Quote(source="pod", text=f"spec.restartPolicy: {policy}"),) if policy != "Always" else ()


CASES = (
    fires(
        scene(pods=(pod(terminated(ended(1)), phase="Failed", restartPolicy="Never"),)),
        saw="ended with exit code 1: an error of the program",
        findings=1,
    ),
    fires(scene(pods=(pod(terminated(ended(3))),)), saw="the worker failed to boot", name="the first end"),
    quiet(scene(pods=(pod(terminated(ended(1), restarts=2)),)), name="a loop"),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(1), restarts=2)),)), name="a loop that waits"),
    quiet(scene(pods=(pod(terminated(ended(0, "Completed")), phase="Succeeded"),)), name="done"),
    quiet(
        scene(
            kind="Job",
            controller={**deployment(status={"conditions": [{"type": "Complete", "status": "True"}]}), "kind": "Job"},
            pods=(pod(terminated(ended(1)), phase="Failed", restartPolicy="Never"),),
        ),
        name="a later pod of the job did the work",
    ),
    quiet(scene(pods=(pod(terminated(ended(137)), status={"reason": "Evicted"}),)), name="evicted"),
    quiet(scene(pods=(pod(running(last=ended(1), restarts=1)),)), name="it runs again"),
)
