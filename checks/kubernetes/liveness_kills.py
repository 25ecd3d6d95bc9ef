"""The liveness probe has the container killed.

What it finds
-------------
Ends of a container by a failed liveness probe, set against the time that the container had, and what its log says it
did then: init() still loading, nothing listening yet, or a server at work that no longer answers.

Why it breaks
-------------
A liveness probe that fails `failureThreshold` times in a row has the container killed and started again. The server
answers nothing before init() has returned, so a model that takes longer to load than the probe waits is never loaded:
each start is killed halfway. Later in its life a worker that is busy with a long run() does not answer either.

How to fix
----------
Give the start a startup probe: the liveness probe waits until it has passed. For a busy server raise `timeoutSeconds`
and `failureThreshold`, or start another worker.

Learn more
----------
Kubernetes documentation, "Configure liveness, readiness and startup probes". Startup probes: on by default from 1.18.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Probe
from checks.container.seen import Told
from checks.container.stopping import asked_to_end
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.kubernetes.ends import duration, enders, has_ended, lasted, more, still_in_init, was_ready, with_logs_of
from checks.kubernetes.probe_cures import for_load, for_start, little_cpu
from checks.kubernetes.probe_kills import (
    KILLED,
    Kill,
    asked,
    kill_of,
    killed_lately,
    suspected,
    too_young,
)
from checks.kubernetes.scenes import ended, event, pod, running, scene, spec, waiting
from checks.kubernetes.seen import PodContainer, quote_ended, quote_event, quote_field, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.liveness-kills",
    needs=("workload",),
    stage=Stage.OPERATE,
    explains=KILLED,
)
def liveness_kills(evidence: Evidence) -> Iterator[Finding]:
    """Measure how long it lived, and say what it was doing."""
    workload = workload_of(evidence)
    for one, count in (*enders(workload), *killed_lately(workload)):
        kill, probe = kill_of(workload, one), one.spec.liveness_probe
        narrowed = with_logs_of(evidence, one)
        if probe is None or (kill.probe != "liveness" if kill else not suspected(workload, one, narrowed)):
            continue
        loading, ready = still_in_init(narrowed), was_ready(narrowed)
        early = ready is None and (loading is not None or too_young(one, probe))
        doing = "while init() still loads" if loading else "before it is ready" if early else _later(kill)
        yield Finding(
            title=titled(f"liveness probe kills `{one.name}` {_after(one, probe, early)}{doing}", 88),
            evidence=(
                quote_field(one.shown, "livenessProbe", asked(probe)),
                *_said(kill, narrowed),
                quote_ended(one),
                *_lived(one),
                *_line(loading or ready),
                *(little_cpu(one) if early else ()),
                *more(count),
            ),
            severity=None if has_ended(workload, one) else Severity.WARNING,
            confidence=Confidence.CERTAIN if loading and kill and kill.event.reason == "Killing" else None,
            stage=Stage.INIT if early else None,
            about=(f"container:{one.name}", *(("phase:init",) if loading else ())),
            fixes=for_start(evidence, workload, one, probe) if early else for_load(workload, one, probe),
            confirm=f"kubectl get pod {one.pod.name} -n {workload.namespace} -w",
        )


def _said(kill: Kill | None, narrowed: Evidence) -> Iterator[Quote]:
    """The events; without them the line by which the server was asked to end."""
    if kill:
        yield quote_event(kill.event)
        if kill.unhealthy and kill.unhealthy is not kill.event:
            yield quote_event(kill.unhealthy)
    elif line := asked_to_end(narrowed):
        yield line.quote


def _later(kill: Kill | None) -> str:
    why = kill.why if kill else ""
    if any(words in why for words in ("context deadline exceeded", "Timeout", "timed out")):
        return "as it answers too late"
    return "as nothing listens any more" if "refused" in why else "after it was at work"


def _after(one: PodContainer, probe: Probe, early: bool) -> str:
    if early:
        return f"{probe.budget} s after start, "
    seconds = lasted(one)
    return f"after {duration(seconds)}, " if seconds is not None else ""


def _lived(one: PodContainer) -> tuple[Quote, ...]:
    seconds, grace = lasted(one), one.pod.spec.termination_grace_period_seconds
    if seconds is None:
        return ()
    return (Quote(source=one.shown, text=f"its last run took {duration(seconds)}, up to {grace} s of it to end"),)


def _line(told: Told | None) -> tuple[Quote, ...]:
    return (told.quote,) if told else ()


PROBED = spec(
    livenessProbe={
        "httpGet": {"path": "/", "port": 5001},
        "initialDelaySeconds": 5,
        "periodSeconds": 3,
        "timeoutSeconds": 2,
        "failureThreshold": 2,
    }
)
SLOW = waiting(
    "CrashLoopBackOff",
    last=ended(137, start="2026-11-20T18:13:40Z", end="2026-11-20T18:14:21Z"),
    restarts=6,
)
BUSY = running(
    ready=False,
    last=ended(137, start="2026-11-20T12:13:40Z", end="2026-11-20T18:14:21Z"),
    restarts=3,
    since="2026-11-20T18:14:30Z",
)
KILLING = "Container inference-server failed liveness probe, will be restarted"
REFUSED = (
    'Liveness probe failed: Get "http://172.17.0.12:5001/": dial tcp 172.17.0.12:5001: connect: connection refused'
)
LATE = 'Liveness probe failed: Get "http://172.17.0.12:5001/": context deadline exceeded (Client.Timeout exceeded)'
ASKED = "2026-11-20 18:14:20,003 I [7] gunicorn.error - Handling signal: term\n"
LOADING = "2026-11-20 18:13:58,999 I [8] azmlinfsrv.user_script - Invoking user's init function\n"


def _events(said: str, killed: str = "2026-11-20T18:10:15Z") -> tuple[object, ...]:
    return (
        event("Unhealthy", said, container="inference-server", count=8, last=killed),
        event("Killing", KILLING, container="inference-server", type="Normal", count=4, last=killed),
    )


OLD = event(
    "Killing",
    "Killing container with id docker://inference-server:Container failed liveness probe.. Container will be killed"
    " and recreated.",
    container="inference-server",
    type="Normal",
    last="2026-11-20T18:10:15Z",
)
CASES = (
    fires(
        scene(LOADING, pods=(pod(SLOW, PROBED),), events=_events(REFUSED)),
        saw="8 s after start, while init() still loads",
        findings=1,
    ),
    fires(
        scene(
            LOADING, pods=(pod(SLOW, {**PROBED, "resources": {"limits": {"cpu": "100m"}}}),), events=_events(REFUSED)
        ),
        saw="resources.limits.cpu: 100m",
    ),
    fires(
        scene(LOADING, pods=(pod(SLOW, PROBED),), events=(*_events(REFUSED)[:1], OLD)),
        saw="while init() still loads",
        name="as kubelets before 1.14 said it",
    ),
    fires(scene(pods=(pod(SLOW, PROBED),), events=_events(REFUSED)), saw="before it is ready", name="no log"),
    fires(
        scene("init has completed\n", pods=(pod(BUSY, PROBED),), events=_events(LATE, "2026-11-20T18:13:50Z")),
        saw="as it answers too late",
        name="after hours, under load",
    ),
    fires(
        scene(
            pods=(pod(SLOW, PROBED),),
            events=(event("Unhealthy", REFUSED, container="inference-server", count=8, last="2026-11-20T18:10:15Z"),),
        ),
        name="the event of the kill was dropped",
    ),
    fires(
        scene(
            pods=(pod({**BUSY, "ready": True, "restartCount": 1}, PROBED),),
            events=_events(LATE, "2026-11-20T18:13:50Z"),
        ),
        saw="after 6 h, as it answers too late",
        name="killed a moment ago, and at work again: a warning",
    ),
    quiet(scene(pods=(pod(running(), PROBED),), events=_events(REFUSED)), name="once slow, ready now"),
    quiet(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(3), restarts=6), PROBED),), events=_events(REFUSED)),
        name="it ends by itself now",
    ),
    fires(
        scene(ASKED, pods=(pod(waiting("CrashLoopBackOff", last=ended(0, "Completed"), restarts=6), PROBED),)),
        saw="Handling signal: term",
        name="the events are gone, and the server heeds SIGTERM",
    ),
    fires(scene(pods=(pod(SLOW, PROBED),)), saw="before it is ready", name="the events are gone, and the time fits"),
    quiet(
        scene(pods=(pod(SLOW, PROBED),), events=(event("BackOff", "Back-off restarting failed container"),)),
        name="killed, and the events tell of no probe",
    ),
)
