"""The startup probe gives up before the server is ready.

What it finds
-------------
Ends of a container by a failed startup probe, and the seconds that the probe allows for a start.

Why it breaks
-------------
A startup probe allows `initialDelaySeconds` and `failureThreshold` tries `periodSeconds` apart. A server that is not
ready by then is killed and begins anew, so a model that takes longer to load is never loaded.

How to fix
----------
Raise `failureThreshold` until the budget is longer than the slowest start; make init() quicker where it can be.

Learn more
----------
Kubernetes documentation, "Configure liveness, readiness and startup probes": protect slow starting containers.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Probe
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.kubernetes.ends import enders, lasted, more, still_in_init, with_logs_of
from checks.kubernetes.patching import of_container
from checks.kubernetes.probe_cures import little_cpu, more_cpu, rehearsed
from checks.kubernetes.probe_kills import KILLED, asked, kill_of
from checks.kubernetes.scenes import ended, event, pod, running, scene, spec, waiting
from checks.kubernetes.seen import PodContainer, quote_ended, quote_event, quote_field, workload_of
from checks.runtime.wording import seconds_of, titled

TIMES = 4  # the budget to try next, in budgets that were too short


@check(
    "kubernetes.startup-probe-too-short",
    needs=("workload",),
    stage=Stage.INIT,
    explains=KILLED,
)
def startup_probe_too_short(evidence: Evidence) -> Iterator[Finding]:
    """Name the budget, and the start that did not fit."""
    workload = workload_of(evidence)
    for one, count in enders(workload):
        kill, probe = kill_of(workload, one), one.spec.startup_probe
        if kill is None or kill.probe != "startup" or probe is None:
            continue
        loading = still_in_init(with_logs_of(evidence, one))
        tries = _tries(evidence, probe)
        doing = "while init() still loads" if loading else "before it is ready"
        yield Finding(
            title=titled(f"startup probe kills `{one.name}` after {probe.budget} s, {doing}", 88),
            evidence=(
                quote_field(one.shown, "startupProbe", asked(probe)),
                quote_event(kill.event),
                *((quote_event(kill.unhealthy),) if kill.unhealthy else ()),
                quote_ended(one),
                *_lived(one),
                *little_cpu(one),
                *((loading.quote,) if loading else ()),
                *more(count),
            ),
            confidence=Confidence.CERTAIN if loading else None,
            about=(f"container:{one.name}", *(("phase:init",) if loading else ())),
            fixes=(
                of_container(
                    f"allow {probe.initial_delay_seconds + tries * probe.period_seconds} s for the start",
                    workload,
                    one.name,
                    {"startupProbe": {"failureThreshold": tries}},
                ),
                *more_cpu(workload, one),
            ),
            confirm=f"kubectl get pod {one.pod.name} -n {workload.namespace} -w",
        )


def _tries(evidence: Evidence, probe: Probe) -> int:
    """Failures to allow: several budgets, and three times what the rehearsal took."""
    period = max(probe.period_seconds, 1)
    return max(TIMES * probe.failure_threshold, -(-int(3 * rehearsed(evidence)) // period), -(-120 // period))


def _lived(one: PodContainer) -> tuple[Quote, ...]:
    seconds = lasted(one)
    return () if seconds is None else (Quote(source=one.shown, text=f"its last run took {seconds_of(seconds)}"),)


PROBED = spec(startupProbe={"httpGet": {"path": "/", "port": 5001}, "periodSeconds": 10, "failureThreshold": 3})
LOOP = waiting("CrashLoopBackOff", last=ended(137), restarts=3)
SAID = (
    event("Unhealthy", "Startup probe failed: HTTP probe failed with statuscode: 503", container="inference-server"),
    event(
        "Killing",
        "Container inference-server failed startup probe, will be restarted",
        container="inference-server",
        type="Normal",
        last="2026-11-20T18:15:50Z",
    ),
)
CASES = (
    fires(scene(pods=(pod(LOOP, PROBED),), events=SAID), saw="after 20 s, before it is ready", findings=1),
    fires(
        scene("I [8] azmlinfsrv.user_script - Invoking user's init function\n", pods=(pod(LOOP, PROBED),), events=SAID),
        saw="while init() still loads",
    ),
    quiet(scene(pods=(pod(running(), PROBED),), events=SAID), name="it started in the end"),
    quiet(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(3), restarts=3), PROBED),), events=SAID),
        name="it fails by itself",
    ),
)
