"""A container runs and is not ready, long after its start.

What it finds
-------------
A running container whose readiness or startup probe still fails after the time that a start may take, and what the
kubelet said of it last.

Why it breaks
-------------
The services of the pod send it no request until its readiness probe passes. The server does not answer: it hangs in
`init()`, waits for something, answers with an error, or listens elsewhere.

How to fix
----------
Look for the reason in the log of the container; raise the probe's time where the start is only long.

Learn more
----------
Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes". Source: kubelet 1.20 to 1.34, `prober.go`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.events import Event
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.probing import (
    SAID,
    Asked,
    is_refused,
    is_starting,
    is_timeout,
    last_failure,
    probes,
    shown,
    started,
    states,
    status_of,
)
from checks.kubernetes.scenes import deployment, event, pod, running, scene, spec
from checks.kubernetes.seen import PodContainer, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.not-ready",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.LIKELY,
    explains=("kubernetes.no-ready-endpoint", "kubernetes.progress-deadline", *SAID),
)
def not_ready(evidence: Evidence) -> Iterator[Finding]:
    """Name one container of one pod for each that waits."""
    workload = workload_of(evidence)
    told: set[str] = set()
    for asked in sorted(probes(workload), key=lambda one: last_failure(workload, one) is None):
        if asked.kind == "liveness" or asked.container.name in told:
            continue
        waits = [one for one in states(workload, asked.container) if _waits(workload, one)]
        if not waits:
            continue
        told.add(asked.container.name)
        one, said = waits[0], last_failure(workload, asked)
        yield Finding(
            title=titled(f"container {asked.container.name} runs and is not ready{_how(asked, said)}", 88),
            evidence=(
                Quote(source=one.shown, text=f"running for {_minutes(workload, one)}, ready: false"),
                *shown(said),
                *(
                    (Quote(source=workload.shown, text=f"{len(waits)} of {workload.pod_count} pods"),)
                    if waits[1:]
                    else ()
                ),
            ),
            about=asked.about,
            fixes=_fixes(workload, one),
        )


def _waits(workload: Workload, one: PodContainer) -> bool:
    status = one.status
    running = status is not None and status.state.running is not None and not status.ready
    gone = one.pod.metadata.deletion_timestamp is not None or one.pod.status.phase in {"Failed", "Succeeded"}
    return running and not gone and started(workload, one) is not None and not is_starting(workload, one)


def _how(asked: Asked, said: Event | None) -> str:
    if said is None:
        return ""
    if (status := status_of(said)) is not None:
        return f": its {asked.kind} probe gets {status}"
    if is_refused(said):
        return f": nothing answers on port {asked.number}"
    return (
        f": no answer within {asked.probe.timeout_seconds} s" if is_timeout(said) else f": its {asked.kind} probe fails"
    )


def _minutes(workload: Workload, one: PodContainer) -> str:
    seconds = started(workload, one) or 0.0
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"


def _fixes(workload: Workload, one: PodContainer) -> tuple[Fix, ...]:
    where = f"{one.pod.name} -n {workload.namespace}"
    commands = (f"kubectl logs {where} -c {one.name} --tail=100", f"kubectl describe pod {where}")
    return (Fix(title="read what the container does in place of answering", commands=commands),)


ASKS = spec(readinessProbe={"httpGet": {"path": "/", "port": 5001}})
REFUSED = event(
    "Unhealthy",
    'Readiness probe failed: Get "http://172.17.0.8:5001/": dial tcp 172.17.0.8:5001: connect: connection refused',
    container="inference-server",
    count=40,
)
SLOW = spec(
    readinessProbe={"httpGet": {"path": "/", "port": 5001}},
    startupProbe={"httpGet": {"path": "/", "port": 5001}, "failureThreshold": 90},
)
CASES = (
    fires(
        scene(controller=deployment(ASKS), pods=(pod(running(ready=False), ASKS),), events=(REFUSED,)),
        saw="nothing answers on port 5001",
        findings=1,
    ),
    fires(scene(controller=deployment(ASKS), pods=(pod(running(ready=False), ASKS),)), saw="ready: false"),
    quiet(scene(controller=deployment(ASKS), pods=(pod(running(), ASKS),), events=(REFUSED,)), name="ready by now"),
    quiet(
        scene(controller=deployment(ASKS), pods=(pod(running(ready=False, since="2026-11-20T18:16:30Z"), ASKS),)),
        name="it is starting",
    ),
    quiet(
        scene(controller=deployment(SLOW), pods=(pod(running(ready=False), SLOW),)),
        name="inside the time of its startup probe",
    ),
)
