"""An init container does not come to its end, so that the server never starts.

What it finds
-------------
An init container that has been running for minutes while the pod waits; a command that waits in a loop for something
else is told as such. Also a sidecar (an init container that stays) whose startup probe has not passed.

Why it breaks
-------------
The next container of a pod starts when the init container before it has ended, and behind a sidecar when that has
started. An init container that waits for a service which never answers waits for ever: there is no time-out and no
restart, and the server has no log yet.

How to fix
----------
See what it waits for, and give that to it, or let it give up by itself after a while so that its end is seen.

Learn more
----------
Kubernetes documentation, "Init containers", "Sidecar containers" (from 1.28).
"""

import re
import shlex
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.seen import all_lines
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.ends import duration, grouped, more, with_logs_of
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import PodContainer, age, containers, workload_of
from checks.runtime.wording import titled

SOON = 15.0  # seconds after which a command that waits for something is told
LONG = 300.0  # seconds after which any is: downloads of large models take minutes
VERY_LONG = 1200.0
_WAITS = re.compile(
    r"\b(?:until|while)\b.*\bsleep\b|wait[-_]?for|wait4x|dockerize\b.*-wait|\bsleep (?:infinity|inf)\b", re.DOTALL
)
_HOST = re.compile(
    r"(?:\bnc\b(?: -\w+(?: \d+)?)*|nslookup|(?:curl|wget)\b(?: -\S+)*|pg_isready -h|ping(?: -\S+(?: \d+)?)*"
    r"|wait[-_]?for\S*|/dev/tcp/)\s*(?:\w+://)?(?P<host>[A-Za-z][\w.-]*[\w])"
)


@check(
    "kubernetes.init-container-hangs",
    needs=("workload",),
    stage=Stage.LOAD,
    explains=(
        "kubernetes.progress-deadline",
        "kubernetes.not-ready",
        "logs.log-empty",
    ),
)
def init_container_hangs(evidence: Evidence) -> Iterator[Finding]:
    """Measure how long it runs, and read from its command what it waits for."""
    workload = workload_of(evidence)
    hanging = [one for one in containers(workload) if one.init and one.is_running and _blocks(one)]
    for one, count in grouped(hanging, lambda each: each.name):
        running_ = one.status.state.running if one.status else None
        seconds = age(workload, running_.started_at if running_ else None)
        text = " ".join((*one.spec.command, *one.spec.args))
        waits = _WAITS.search(text) is not None
        if seconds is None or seconds < (SOON if waits else LONG):
            continue
        host = _HOST.search(text)
        for_what = f": it waits for `{host['host']}`" if host and waits else ": it waits in a loop" if waits else ""
        lines = [line for line in all_lines(with_logs_of(evidence, one)) if line.text.strip()]
        state = "has not started" if one.is_sidecar else "has not ended"
        kind = "sidecar" if one.is_sidecar else "init container"
        yield Finding(
            title=titled(f"{kind} `{one.name}` {state} after {duration(seconds)}{for_what}", 88),
            evidence=(
                Quote(source=one.shown, text=f"running for {duration(seconds)}, restarts: {one.restarts}"),
                *(
                    (Quote(source=one.shown, text=f"command: {shlex.join((*one.spec.command, *one.spec.args))[:400]}"),)
                    if text
                    else ()
                ),
                *(line.quote for line in lines[-2:]),
                *more(count),
            ),
            severity=Severity.ERROR if waits or one.is_sidecar or seconds > VERY_LONG else Severity.WARNING,
            confidence=Confidence.LIKELY if waits or seconds > VERY_LONG else Confidence.POSSIBLE,
            about=(f"container:{one.name}", *((f"host:{host['host']}",) if host and waits else ())),
            fixes=(*_look(workload.namespace, host["host"] if host and waits else ""), _log(workload.namespace, one)),
            confirm=f"kubectl get pod {one.pod.name} -n {workload.namespace}",
        )


def _blocks(one: PodContainer) -> bool:
    """True while the pod waits for it."""
    if one.pod.metadata.deletion_timestamp or one.pod.status.phase != "Pending":
        return False
    return not one.is_sidecar or (one.status is not None and one.status.started is False)


def _look(namespace: str, host: str) -> tuple[Fix, ...]:
    if not host:
        return ()
    name, _, rest = host.partition(".")
    namespace = rest.partition(".")[0] or namespace
    return (
        Fix(
            title="see whether that exists and has endpoints",
            commands=(f"kubectl get service,endpoints {name} -n {namespace}",),
        ),
    )


def _log(namespace: str, one: PodContainer) -> Fix:
    return Fix(
        title="see what it does", commands=(f"kubectl logs {one.pod.name} -n {namespace} -c {one.name} --tail=50",)
    )


WAIT = spec(name="wait-db", command=["sh", "-c", "until nc -z db.data 5432; do sleep 2; done"])
GET = spec(name="storage-initializer", args=["azureml://models/churn/3", "/models"])
UP, LATE = running(since="2026-11-20T18:12:00Z"), running(since="2026-11-20T18:16:57Z")
PROXY = spec(name="istio-proxy", restartPolicy="Always", startupProbe={"httpGet": {"port": 15021}})
CASES = (
    fires(
        scene(pods=(pod(waiting("PodInitializing"), init=UP, initContainers=[WAIT]),)),
        saw="init container `wait-db` has not ended after 5 min: it waits for `db.data`",
        findings=1,
    ),
    fires(
        scene(pods=(pod(waiting("PodInitializing"), init=UP, initContainers=[GET]),)), saw="has not ended after 5 min"
    ),
    fires(
        scene(
            pods=(
                pod(waiting("PodInitializing"), init={**UP, "started": False, "ready": False}, initContainers=[PROXY]),
            )
        ),
        saw="sidecar `istio-proxy` has not started",
    ),
    quiet(
        scene(pods=(pod(waiting("PodInitializing"), init=LATE, initContainers=[WAIT]),)), name="it began a moment ago"
    ),
    quiet(scene(pods=(pod(running(), init=UP, initContainers=[PROXY]),)), name="a sidecar that stays"),
    quiet(scene(pods=(pod(running()),))),
)
