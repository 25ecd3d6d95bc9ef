"""A probe waits a shorter time than the busy server takes to answer.

What it finds
-------------
A probe that fails by its time-out although the server has started, while requests of the log took longer than the
probe waits, or while the server met a client that had gone before the answer: the probe itself.

Why it breaks
-------------
A worker of the inference server answers one request after the other, the probe's too. During a long `run()` the probe
waits behind it and gives up (after one second by default), so the pod leaves its services under load, or its container
is killed in the middle of a request.

How to fix
----------
Give the probe more time than the longest request takes, or let a second worker answer (WORKER_COUNT).

Learn more
----------
Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes": `timeoutSeconds`. Source:
azureml-inference-server-http 1.5.1: sync workers, access lines `POST /score 200 1.085ms 1`.
"""

import math
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.events import Event
from checks.container.seen import Told, blamed
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.kubernetes.listening import is_azure_server, lines_of
from checks.kubernetes.patching import of_container
from checks.kubernetes.probing import SAID, STATES, Asked, is_timeout, last_failure, passes, probes, shown
from checks.kubernetes.scenes import deployment, event, pod, running, scene, spec
from checks.kubernetes.seen import age, events, workload_of

_TOOK = re.compile(r"(?:GET|POST) /\S* \d{3} (?P<milliseconds>[\d.]+)ms")
GONE = "logs.client-closed-request"
UNKNOWN = 4  # times the probe's wait, where nobody tells how long the answer takes
RECENT = 300.0  # seconds in which failures of a ready pod count


@check("kubernetes.probe-timeout-short", needs=("workload",), stage=Stage.OPERATE, explains=(*STATES, *SAID, GONE))
def probe_timeout_short(evidence: Evidence) -> Iterator[Finding]:
    """Ask for both: a time-out, and a logged request that took longer than the probe waits."""
    workload = workload_of(evidence)
    for asked in probes(workload):
        said = last_failure(workload, asked) or _recent(evidence, asked)
        if said is None or not is_timeout(said):
            continue
        wait = asked.probe.timeout_seconds
        slow = _slowest(evidence, asked)
        if slow is None and (gone := _gone(evidence, asked)):
            slow = (wait * UNKNOWN, gone)
            takes = "and the answer comes later"
        elif slow is None or slow[0] <= wait:
            continue
        else:
            takes = f"a request takes the server {slow[0]:.0f} s"
        seconds, line = slow
        failing = not passes(workload, asked)
        yield Finding(
            title=f"the {asked.kind} probe waits {wait} s, {takes}",
            evidence=(asked.quote(workload, "timeoutSeconds", wait), line.quote, *shown(said)),
            severity=Severity.ERROR if failing else Severity.WARNING,
            confidence=Confidence.LIKELY,
            explains=(*asked.leads_to, GONE),
            about=asked.about,
            fixes=tuple(_fixes(evidence, asked, seconds)),
        )


def _recent(evidence: Evidence, asked: Asked) -> Event | None:
    workload = workload_of(evidence)
    found = [
        one
        for one in events(workload, "Unhealthy", container=asked.container.name)
        if one.message.lower().startswith(f"{asked.kind} probe")
        and one.count > 2
        and any(one.about.name == pod.name for pod in workload.pods)
    ]
    last = found[-1] if found else None
    since = age(workload, last.last) if last else None
    return last if since is not None and since < RECENT else None


def _slowest(evidence: Evidence, asked: Asked) -> tuple[float, Told] | None:
    """The longest request of the log, in seconds, and its line."""
    found = [
        (float(match["milliseconds"]) / 1000, line)
        for line in lines_of(evidence, asked.container)
        if (match := _TOOK.search(line.text))
    ]
    return max(found, key=lambda one: one[0], default=None)


def _gone(evidence: Evidence, asked: Asked) -> Told | None:
    """The line by which the container's server found its client gone."""
    named = f" -c {asked.container.name} "
    return next((line for line in blamed(evidence, GONE.partition(".")[2]) if named in f"{line.source} "), None)


def _fixes(evidence: Evidence, asked: Asked, seconds: float) -> Iterator[Fix]:
    workload, name = workload_of(evidence), asked.container.name
    enough = math.ceil(seconds * 1.5)
    body = {asked.field: {"timeoutSeconds": enough, "periodSeconds": max(asked.probe.period_seconds, enough)}}
    yield of_container(f"let the {asked.kind} probe wait {enough} s", workload, name, body)
    if is_azure_server(evidence, asked.container):
        workers = {"env": [{"name": "WORKER_COUNT", "value": "2"}]}
        yield of_container("let a second worker answer; each takes the memory of the model", workload, name, workers)


def _asks(timeout: int = 1) -> dict[str, object]:
    made = {"httpGet": {"path": "/", "port": 5001}, "timeoutSeconds": timeout}
    return spec(readinessProbe=made, command=["azmlinfsrv"])


LONG = "2026-11-20 18:15:01,727 I [40] azmlinfsrv - POST /score 200 8085.2ms 1"
SHORT = "2026-11-20 18:15:01,727 I [40] azmlinfsrv - POST /score 200 80.2ms 1"
SAYS = event(
    "Unhealthy",
    'Readiness probe failed: Get "http://172.17.0.5:5001/": context deadline exceeded '
    "(Client.Timeout exceeded while awaiting headers)",
    container="inference-server",
    count=15,
)
OLD = event("Unhealthy", SAYS.message, container="inference-server", count=15, last="2026-11-20T18:09:00Z")
WAITS = (pod(running(ready=False), _asks()),)
CASES = (
    fires(
        scene(LONG, controller=deployment(_asks()), pods=WAITS, events=(SAYS,)),
        saw="waits 1 s, a request takes the server 8 s",
        findings=1,
    ),
    fires(scene(LONG, controller=deployment(_asks()), pods=(pod(running(), _asks()),), events=(SAYS,)), name="flaps"),
    fires(
        scene("BrokenPipeError: [Errno 32] Broken pipe", controller=deployment(_asks()), pods=WAITS, events=(SAYS,)),
        saw="the readiness probe waits 1 s, and the answer comes later",
        findings=1,
        name="the probe had gone",
    ),
    quiet(scene(SHORT, controller=deployment(_asks()), pods=WAITS, events=(SAYS,)), name="requests are quick"),
    quiet(scene(controller=deployment(_asks()), pods=WAITS, events=(SAYS,)), name="still in init()"),
    quiet(
        scene(LONG, controller=deployment(_asks()), pods=(pod(running(), _asks()),), events=(OLD,)), name="it passed"
    ),
    quiet(scene(LONG, controller=deployment(_asks(10)), pods=WAITS, events=(SAYS,)), name="it waits long enough"),
)
