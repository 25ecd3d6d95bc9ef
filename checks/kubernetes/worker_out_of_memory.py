"""A worker is killed for memory again and again, while the pod looks well.

What it finds
-------------
A log in which workers are killed (SIGKILL) or die without a word, in a container with a memory limit that goes on
running.

Why it breaks
-------------
At the limit the kernel kills the process that asks for more: a worker, and not the first process of the container. So
the container does not end, no restart is counted, `OOMKilled` is nowhere, and without a readiness probe the pod is even
ready. The server starts another worker, which loads the model and is killed in turn; nobody is answered.

How to fix
----------
Raise `limits.memory` above what one worker needs while it loads, run one worker, or load less. Add a readiness probe,
so that the service knows.

Learn more
----------
Kubernetes documentation, "Resource management for pods and containers". gunicorn `arbiter.py`, `reap_workers`. Observed
with Kubernetes 1.20.2: a worker killed every few seconds, `restartCount: 0`, `ready: true`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.quantities import size
from checks.container.seen import Told, all_lines, blamed, last_start
from checks.evidence import Evidence, Probe
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.ends import IS_READY, still_in_init, was_ready, with_logs_of
from checks.kubernetes.memory import LOAD_LESS, fewer_workers, limit_of, more_memory, quote_limit, quote_use, usage_of
from checks.kubernetes.scenes import ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import PodContainer, containers, quote_field, workload_of
from checks.runtime.wording import titled

KILLED = ("worker-killed-memory", "process-killed", "kernel-oom-kill")
SILENT = ("worker-respawn-silent",)
SMALL = 1 << 30  # bytes; a limit below which a silent death of workers points to memory
NEAR = 0.9
MANY = 6  # starts of a worker; a server that is well boots each of its workers once
_BOOTING = re.compile(r"Booting worker with pid: ?(\d+)")
_TOLD = re.compile(
    r"Worker exiting|exited with code|Traceback|WORKER TIMEOUT|was sent |terminated due to signal|Autorestarting"
    r"|Handling signal|Reloading|Error\b|Exception"
)


@check(
    "kubernetes.worker-out-of-memory",
    needs=("workload", "logs"),
    stage=Stage.INIT,
    explains=(
        "kubernetes.liveness-kills",
        "kubernetes.startup-probe-too-short",
        "kubernetes.progress-deadline",
        "runtime.out-of-memory",
        "container.out-of-memory",
        "container.memory-nearly-used",
        "container.init-hangs",
        "logs.worker-killed-memory",
        "logs.worker-respawn-silent",
        "logs.process-killed",
        "logs.kernel-oom-kill",
        "logs.memory-error",
        "logs.init-never-returns",
        "logs.no-failure-shown",
        "logs.log-ends-early",
    ),
)
def worker_out_of_memory(evidence: Evidence) -> Iterator[Finding]:
    """Put the log's killed workers and the limit together."""
    workload = workload_of(evidence)
    told: set[str] = set()
    for one in containers(workload):
        limit = limit_of(one)
        if limit is None or one.init or one.name in told or (one.ended and one.ended.reason == "OOMKilled"):
            continue
        narrowed = with_logs_of(evidence, one)
        lines = blamed(narrowed, *KILLED)
        needs = _known_need(evidence, one)
        silent = () if lines else blamed(narrowed, *SILENT) or _boots(narrowed, one)
        if not lines and not (silent and (limit <= SMALL or (needs or 0) >= NEAR * limit)):
            continue
        told.add(one.name)
        where = _where(evidence, one)
        yield Finding(
            title=titled(f"workers of `{one.name}` run out of memory{where}: its limit is {_written(one)}", 88),
            evidence=(
                *(line.quote for line in (lines or silent)[-2:]),
                quote_limit(one),
                *quote_use(evidence, workload, one),
                quote_field(one.shown, "restartCount", one.restarts),
            ),
            severity=Severity.WARNING if was_ready(narrowed) and one.pod.is_ready else None,
            confidence=Confidence.CERTAIN
            if lines and (needs or 0) >= NEAR * limit
            else Confidence.LIKELY
            if lines or needs or len(silent) >= MANY
            else Confidence.POSSIBLE,
            stage=Stage.RUN if not where and _came_to_serve(narrowed, lines) else Stage.INIT,
            about=(f"container:{one.name}", *(("phase:init",) if where else ())),
            fixes=(more_memory(evidence, workload, one), *fewer_workers(workload, one), LOAD_LESS),
            confirm=f"kubectl logs {one.pod.name} -n {workload.namespace} -c {one.name} --tail=20",
        )


def _came_to_serve(narrowed: Evidence, killed: tuple[Told, ...]) -> bool:
    """True where init() came to its end before the first worker was killed: then a request asked for too much."""
    first = min((line.number for line in killed), default=0)
    return any(line.number < first and IS_READY.search(line.text) for line in all_lines(narrowed))


def _boots(narrowed: Evidence, one: PodContainer) -> tuple[Told, ...]:
    """Lines of workers that were started anew without a word of the end of those before, when there are MANY.

    gunicorn before 20.1 does not say that a worker was killed.
    """
    found: dict[str, Told] = {}
    for line in last_start(narrowed):
        if _TOLD.search(line.text):
            return ()
        if booted := _BOOTING.search(line.text):
            found[booted[1]] = line
    asked = one.spec.variable("WORKER_COUNT")
    workers = int(asked.value) if asked and (asked.value or "").isdigit() and asked.value else 1
    return tuple(found.values()) if len(found) >= MANY * workers else ()


def _known_need(evidence: Evidence, one: PodContainer) -> float | None:
    """Bytes that it is known to use or need."""
    peak = evidence.probe.peak_memory if isinstance(evidence.probe, Probe) else None
    known = [amount for amount in (peak, usage_of(workload_of(evidence), one)) if amount]
    return max(known, default=None)


def _where(evidence: Evidence, one: PodContainer) -> str:
    """That it happens in init(), where every start of a worker gets no further."""
    narrowed = with_logs_of(evidence, one)
    begun: Told | None = still_in_init(narrowed)
    return " in init()" if begun and was_ready(narrowed) is None else ""


def _written(one: PodContainer) -> str:
    written = one.spec.resources.limits.get("memory")
    return written if isinstance(written, str) else size(limit_of(one) or 0)


LIMITED = spec(resources={"limits": {"memory": "160Mi"}})
LOG = (
    "2026-11-20T18:08:38Z 2026-11-20 18:08:38,253 I [6] gunicorn.error - Starting gunicorn 27.0.1\n"
    "2026-11-20T18:08:39Z 2026-11-20 18:08:39,999 I [8] azmlinfsrv.user_script - Invoking user's init function\n"
    "2026-11-20 18:08:41,315 E [6] gunicorn.error - Worker (pid:8) was sent SIGKILL! Perhaps out of"
    " memory?\n"
    "2026-11-20T18:08:41Z 2026-11-20 18:08:41,329 I [15] gunicorn.error - Booting worker with pid: 15\n"
    "2026-11-20T18:08:42Z 2026-11-20 18:08:42,999 I [15] azmlinfsrv.user_script - Invoking user's init function\n"
)
BOOTS = "[1] [INFO] Starting gunicorn 19.9.0\n" + "".join(
    f"[2026-11-20 18:08:4{number} +0000] [{pid}] [INFO] Booting worker with pid: {pid}\n"
    for number, pid in enumerate(range(4, 12))
)
EIGHT = {**LIMITED, "env": [{"name": "WORKER_COUNT", "value": "8"}]}
TIMEOUT = (
    "2026-11-20 18:08:40,315 C [6] gunicorn.error - WORKER TIMEOUT (pid:8)\n"
    "2026-11-20 18:08:41,315 E [6] gunicorn.error - Worker (pid:8) was sent SIGKILL! Perhaps out of memory?\n"
)
PEAK = Probe(interpreter="python3", python="3.11.2", steps=(), peak_memory=2 * 1024**3)
CASES = (
    fires(
        scene(LOG, pods=(pod(running(), LIMITED),)),
        saw="run out of memory in init(): its limit is 160Mi",
        findings=1,
    ),
    fires(scene(LOG, pods=(pod(running(ready=False), LIMITED),), seen={"probe": PEAK}), saw="the rehearsal held 2Gi"),
    fires(
        scene(BOOTS, pods=(pod(running(), LIMITED),)),
        saw="Booting worker with pid: 11",
        findings=1,
        name="a gunicorn that does not say who was killed",
    ),
    quiet(scene(BOOTS, pods=(pod(running(), EIGHT),)), name="as many workers as were asked for"),
    quiet(scene(TIMEOUT, pods=(pod(running(), LIMITED),)), name="gunicorn killed it itself, after a time-out"),
    quiet(scene(LOG, pods=(pod(running()),)), name="no limit: the log's own finding says it"),
    quiet(
        scene(LOG, pods=(pod(waiting("CrashLoopBackOff", last=ended(137, "OOMKilled"), restarts=2), LIMITED),)),
        name="the container itself was killed",
    ),
    quiet(scene("Listening at: http://0.0.0.0:5001 (7)\n", pods=(pod(running(), LIMITED),))),
)
