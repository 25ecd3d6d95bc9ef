"""More workers are started than fit into the container's memory.

What it finds
-------------
The number of workers (`WORKER_COUNT`, `--worker_count`, gunicorn's `--workers`, `WEB_CONCURRENCY`), times what one of
them holds, against the memory limit. One worker alone would fit.

Why it breaks
-------------
Each worker imports the script and runs init() by itself, so each holds its own copy of the model. When the copies
together pass the limit, the kernel kills one worker after the other, and the server starts them again.

How to fix
----------
Start fewer workers, raise the limit, or load the model once before the workers are forked (`WORKER_PRELOAD=true`).

Learn more
----------
Source: azureml-inference-server-http 1.5.1: every worker runs `init()`, unless WORKER_PRELOAD is true.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import log_lines
from checks.container.memory import limit_of, one_worker, preloads, worker_processes, workers_of
from checks.container.places import container_of, places_of
from checks.container.remake import memory_used
from checks.container.scenes import frozen, models, seen
from checks.containers import Container, ContainerState, Limits, MemoryUse, ProcessInside
from checks.evidence import Evidence, Missing, ModelFile, ModelFolder, Probe
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import bytes_of, titled

_KILLED = re.compile(r"was sent SIGKILL|was terminated due to signal 9")


@check(
    "container.workers-exceed-memory",
    needs=("container", "inside"),
    stage=Stage.OPERATE,
    explains=(
        "container.out-of-memory",
        "container.memory-nearly-used",
        "container.killed",
        "logs.worker-killed-memory",
        "logs.oom-killed",
        "logs.process-killed",
        "logs.kernel-oom-kill",
        "logs.memory-error",
        "runtime.out-of-memory",
    ),
)
def workers_exceed_memory(evidence: Evidence) -> Iterator[Finding]:
    """Multiply, and say whether a worker was seen to be killed."""
    container, inside = container_of(evidence), places_of(evidence).inside
    limit, workers, one = limit_of(container, inside), workers_of(container), one_worker(evidence)
    if limit is None or workers is None or one is None or workers.count < 2 or preloads(container):
        return
    size, how = one
    if size > limit * 9 // 10 or size * workers.count <= limit:  # not even one fits, or all do
        return
    killed = _killed(evidence, container)
    fits = max(limit * 9 // 10 // size, 1)
    yield Finding(
        title=titled(f"{workers.count} workers of {bytes_of(size)} do not fit into {bytes_of(limit)}", 88),
        evidence=(
            workers.quote,
            how,
            Quote(source="container", text=f"memory limit {bytes_of(limit)}"),
            *killed,
        ),
        severity=None if killed else Severity.WARNING,
        confidence=Confidence.LIKELY if killed or worker_processes(inside) else Confidence.POSSIBLE,
        fixes=(
            Fix(title=f"start {fits} worker{'s' if fits > 1 else ''}", commands=(f"-e WORKER_COUNT={fits}",)),
            Fix(
                title="raise the limit",
                commands=(f"--memory {-(-size * workers.count * 5 // 4 // 2**20)}m",),
            ),
            Fix(title="load the model once, before the workers are forked", commands=("-e WORKER_PRELOAD=true",)),
        ),
        confirm=memory_used(container),
    )


def _killed(evidence: Evidence, container: Container) -> tuple[Quote, ...]:
    """Proof that the kernel killed something of this container."""
    if said := next(log_lines(evidence, _KILLED), None):
        return (said[0],)
    if container.state.oom_killed:
        return (Quote(source="container", text="OOMKilled is true"),)
    kills = 0 if isinstance(evidence.inside, Missing) else evidence.inside.memory.kills
    return (Quote(source="control group", text=f"{kills} kills by the out-of-memory killer"),) if kills else ()


def _rehearsed(peak: int) -> Probe:
    return Probe(interpreter="python3", python="3.11.2", steps=(), peak_memory=peak)


MB = 10**6
GB = Limits(memory=1000 * MB)
FOUR = {"WORKER_COUNT": "4"}
KILLS = "2026-11-20 18:07:02,940 E [1] gunicorn.error - Worker (pid:40) was sent SIGKILL! Perhaps out of memory?\n"
PROCESSES = tuple(
    ProcessInside(pid=pid, parent=0 if pid == 1 else 1, command="azmlinfsrv --entry_script a.py", memory=400 * MB)
    for pid in (1, 7, 8)
)

CASES = (
    fires(
        seen(frozen(), KILLS, environment=FOUR, limits=GB, probe=_rehearsed(400 * MB)),
        saw="4 workers of 400 MB do not fit into 1 GB",
        findings=1,
    ),
    fires(seen(frozen(processes=PROCESSES), environment=FOUR, limits=GB), saw="the largest worker holds 400 MB"),
    fires(
        seen(
            frozen(memory=MemoryUse(kills=3)),
            environment={},
            limits=GB,
            command=("gunicorn", "-w", "3", "app:app"),
            models=ModelFolder(path="/m", files=(ModelFile(path="m.pt", size=500 * MB),)),
        ),
        saw="the model files have 500 MB",
    ),
    quiet(seen(frozen(), environment=FOUR, limits=GB, probe=_rehearsed(200 * MB)), name="they fit"),
    quiet(seen(frozen(), KILLS, environment=FOUR, limits=GB, probe=_rehearsed(1200 * MB)), name="not even one fits"),
    quiet(seen(frozen(), KILLS, environment=FOUR, limits=GB, probe=_rehearsed(950 * MB)), name="killed while it loads"),
    quiet(seen(frozen(), KILLS, environment={}, limits=GB, probe=_rehearsed(900 * MB)), name="one worker"),
    quiet(seen(frozen(), environment={**FOUR, "WORKER_PRELOAD": "true"}, limits=GB, probe=_rehearsed(400 * MB))),
    quiet(seen(frozen(), environment=FOUR, probe=_rehearsed(400 * MB)), name="no limit"),
    quiet(seen(frozen(), environment=FOUR, limits=GB, models=models("a.pkl"), state=ContainerState(status="running"))),
)
