"""A pod is still inside the time that its start may take.

What it finds
-------------
A running container that is not ready yet, and was started a short time ago.

Why it breaks
-------------
It does not: a model service imports its libraries and loads its model before it answers, and its probes fail until
then. Clients get no answer from this pod so long.

How to fix
----------
Wait for the rollout, then look again if it does not end.

Learn more
----------
Kubernetes documentation, "Deployments": progressing deployment.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.probing import is_starting, started
from checks.kubernetes.scenes import deployment, ended, pod, running, scene, spec
from checks.kubernetes.seen import containers, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.still-starting",
    needs=("workload",),
    stage=Stage.OPERATE,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def still_starting(evidence: Evidence) -> Iterator[Finding]:
    """Tell it once, where no container has failed before."""
    workload = workload_of(evidence)
    if any(one.restarts for one in containers(workload)):
        return
    for one in containers(workload):
        if one.init or one.status is None or one.status.ready or not is_starting(workload, one):
            continue
        yield Finding(
            title=titled(f"container {one.name} started {started(workload, one):.0f} s ago and is not ready yet", 88),
            evidence=(Quote(source=one.shown, text="running, ready: false, no restarts"),),
            about=(f"container:{one.name}",),
            fixes=(
                Fix(
                    title="wait for it, then diagnose again",
                    commands=(
                        f"kubectl wait pod/{one.pod.name} -n {workload.namespace} --for=condition=Ready --timeout=300s",
                    ),
                ),
            ),
        )
        return


ASKS = spec(readinessProbe={"httpGet": {"path": "/", "port": 5001}})
NOW = "2026-11-20T18:16:37Z"
CASES = (
    fires(
        scene(controller=deployment(ASKS), pods=(pod(running(ready=False, since=NOW), ASKS),)),
        saw="started 30 s ago",
        findings=1,
    ),
    quiet(scene(controller=deployment(ASKS), pods=(pod(running(since=NOW), ASKS),))),
    quiet(scene(controller=deployment(ASKS), pods=(pod(running(ready=False), ASKS),)), name="too long ago"),
    quiet(
        scene(pods=(pod(running(ready=False, since=NOW, last=ended(3), restarts=4)),)),
        name="the moment between two ends",
    ),
)
