"""The server does not end when it is asked to, and is killed after its grace period.

What it finds
-------------
A container that was asked to end and lived on for its whole grace period, until SIGKILL (exit code 137).

Why it breaks
-------------
The first process of a container has no default handler for SIGTERM: a shell that starts the server as its child does
not pass the signal on. Requests under way are cut off at each rollout, and each takes the whole grace period.

How to fix
----------
Let the server be the first process (`exec` in the start script), or an init process before it. Where the server needs
longer to finish its requests, raise the grace period.

Learn more
----------
Kubernetes documentation, "Pod lifecycle": termination of pods.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.cluster.times import between
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.ends import SIGKILL, enders, happened, more
from checks.kubernetes.patching import of_template
from checks.kubernetes.probe_kills import kill_of
from checks.kubernetes.scenes import ended, event, pod, running, scene, waiting
from checks.kubernetes.seen import PodContainer, events, quote_ended, quote_event, workload_of
from checks.runtime.wording import titled

SLACK = 3.0  # seconds between the kubelet's word and the engine's clock


@check("kubernetes.grace-period-exceeded", needs=("workload",), stage=Stage.OPERATE, severity=Severity.WARNING)
def grace_period_exceeded(evidence: Evidence) -> Iterator[Finding]:
    """Measure from the event of the kill to the end."""
    workload = workload_of(evidence)
    for one, count in enders(workload):
        took, grace = _took(workload, one), one.pod.spec.termination_grace_period_seconds
        if took is None or took < grace - SLACK or not grace or one.ended is None or one.ended.exit_code != SIGKILL:
            continue
        kill = kill_of(workload, one)
        yield Finding(
            title=titled(f"container `{one.name}` does not heed SIGTERM: killed after {grace} s of grace", 88),
            evidence=(
                *((quote_event(kill.event),) if kill else ()),
                quote_ended(one),
                Quote(source=one.shown, text=f"from the request to end to the end: {took:.0f} s"),
                *more(count),
            ),
            about=(f"container:{one.name}",),
            fixes=(
                Fix(title="let the server be the first process of the container: `exec` before it in the start script"),
                of_template("give it longer to end", workload, {"terminationGracePeriodSeconds": 2 * grace}),
            ),
        )


def _took(workload: Workload, one: PodContainer) -> float | None:
    """Seconds that the last end took, counted from the kill's event where that belongs to it."""
    if one.ended is None:
        return None
    grace = one.pod.spec.termination_grace_period_seconds
    for said in reversed(events(workload, "Killing", pod=one.pod, container=one.name)):
        since = between(said.last, one.ended.finished_at)
        if since is not None and 0 <= since <= grace + 2 * SLACK and happened(workload, said.last):
            return since
    return None


KILLING = "Container inference-server failed liveness probe, will be restarted"
END = ended(137, start="2026-11-20T18:15:10Z", end="2026-11-20T18:16:09Z")


def _killed(at: str) -> tuple[object, ...]:
    return (event("Killing", KILLING, container="inference-server", type="Normal", last=at),)


LOOP = waiting("CrashLoopBackOff", last=END, restarts=4)
CASES = (
    fires(
        scene(pods=(pod(LOOP),), events=_killed("2026-11-20T18:15:39Z")), saw="killed after 30 s of grace", findings=1
    ),
    quiet(scene(pods=(pod(LOOP),), events=_killed("2026-11-20T18:16:05Z")), name="it ended sooner"),
    quiet(scene(pods=(pod(LOOP),), events=_killed("2026-11-20T18:10:00Z")), name="an earlier kill"),
    quiet(scene(pods=(pod(running()),))),
)
