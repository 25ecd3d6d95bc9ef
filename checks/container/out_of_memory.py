"""The container reached its memory limit, and was killed for it.

What it finds
-------------
The engine's OOMKilled flag; an end by SIGKILL, or a worker killed in the log, together with kills that the control
group counted or a peak at the limit; a rehearsal that needed more than the limit.

Why it breaks
-------------
At the limit the kernel kills a process of the container with SIGKILL (137), without a word of it in the log. Each
worker holds a copy of the model, so loading it, a second worker or one large request is enough.

How to fix
----------
Raise the limit above the peak, run one worker, or load less: a smaller type, a memory map, no second copy.

Learn more
----------
Docker documentation, "Resource constraints". Kernel documentation, cgroup v1 `memory.oom_control` and v2
`memory.events`. Observed with engine 20.10.24: the flag is also set when only a child was killed, and the container
may then end with a code of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import remade
from checks.container.seen import (
    Told,
    all_lines,
    answered,
    blamed,
    container_of,
    has_ended,
    inside_of,
    inspected,
    is_up,
    last_that,
    probe_if_any,
    state_quote,
    was_out_of_memory,
)
from checks.containers import Answer, Answers, Container, ContainerState, Ended, Inside, Limits, MemoryUse
from checks.evidence import Evidence, Phase, Probe
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.endings import ending_of
from checks.runtime.failures import Failure, failures
from checks.runtime.observed import at, passed, seen, stopped
from checks.runtime.wording import bytes_of, titled

SIGKILL = 137
NEAR = 0.95  # of the limit: what counts as having reached it
KILLED = ("worker-killed-memory", "worker-respawn-silent", "process-killed", "kernel-oom-kill", "oom-killed")
_WORKERS = re.compile(r"Worker Count: (\d+)")
_SMALLEST = 512 * 1024**2  # bytes; what a scoring server needs before any model


@dataclass(frozen=True)
class Use:
    """Memory of one container in bytes, as far as it is known."""

    limit: int | None
    peak: int | None
    kills: int

    @property
    def full(self) -> bool:
        """True when the limit was reached."""
        return bool(self.kills) or bool(self.limit and self.peak and self.peak >= NEAR * self.limit)


def memory_of(evidence: Evidence) -> Use:
    """The limit, and what the control group counted."""
    limits, inside = container_of(evidence).limits, inside_of(evidence)
    use = inside.memory if inside and inside.how == "running" else MemoryUse()
    return Use(limit=limits.memory or use.limit, peak=use.peak, kills=use.kills or 0)


@check(
    "container.out-of-memory",
    needs=("container",),
    stage=Stage.OPERATE,
    explains=(
        "container.killed",
        "container.restart-loop",
        "container.unhealthy",
        "container.crashed",
        "container.server-gone",
        "container.init-hangs",
        "container.nothing-listens",
        "container.memory-nearly-used",
        "runtime.out-of-memory",
        "logs.worker-killed-memory",
        "logs.worker-respawn-silent",
        "logs.process-killed",
        "logs.kernel-oom-kill",
        "logs.oom-killed",
        "logs.memory-error",
        "logs.image-killed",
        "logs.init-never-returns",
        "logs.log-ends-early",
        "logs.log-empty",
        "logs.no-failure-shown",
        "logs.exit-code-137",
    ),
)
def out_of_memory(evidence: Evidence) -> Iterator[Finding]:
    """Name the limit, the peak, and the line that was running when the memory ran out."""
    found, use = container_of(evidence), memory_of(evidence)
    killed = found.state.exit_code == SIGKILL and has_ended(evidence)
    told = blamed(evidence, *KILLED)
    rehearsed = _rehearsed(evidence, use)
    orphaned = bool(use.kills) and is_up(found) and isinstance(evidence.answers, Answers) and not answered(evidence)
    if was_out_of_memory(evidence) or (killed and use.full) or (told and use.kills):
        confidence = Confidence.CERTAIN
    elif (told and (use.full or rehearsed)) or (killed and rehearsed) or orphaned:  # a child alone was killed
        confidence = Confidence.LIKELY
    else:
        return
    where = _where(evidence)
    limit = f"its limit of {bytes_of(use.limit)}" if use.limit else "the memory of its host"
    doing = f" in {where.phase}" if where else ""
    yield Finding(
        title=titled(f"the container ran out of memory{doing}: {limit} was reached", 88),
        evidence=(*(where.quotes if where else ()), state_quote(found), *_amounts(found, use), *_lines(told)),
        severity=Severity.WARNING if is_up(found) and answered(evidence) and not use.kills else None,
        confidence=confidence,
        stage=where.stage if where else None,
        about=where.about if where else (),
        fixes=_fixes(evidence, found, use),
    )


@dataclass(frozen=True)
class _Where:
    phase: str
    quotes: tuple[Quote, ...]
    about: tuple[str, ...]
    stage: Stage


def _where(evidence: Evidence) -> _Where | None:
    """What the rehearsal was doing when its memory ran out."""
    if probe_if_any(evidence) is None:
        return None
    ending = ending_of(evidence)
    if ending and _by_memory(ending.exit.reason, ending.exit.signal):
        return _Where(ending.who, ending.quotes[:2], ending.about, ending.stage)
    for failure in failures(evidence):
        if _lacks_memory(failure):
            return _Where(failure.where, failure.quotes[:2], failure.about, failure.stage)
    return None


def _by_memory(reason: str, signal: str | None) -> bool:
    return reason == "memory" or (reason in {"signal", "lost"} and signal == "SIGKILL")


def _lacks_memory(failure: Failure) -> bool:
    return failure.kind in {"MemoryError", "_ArrayMemoryError"} or "bad_alloc" in failure.message


def _rehearsed(evidence: Evidence, use: Use) -> bool:
    """True when the rehearsal ran out of memory, or needed as much as the container may have."""
    probe: Probe | None = probe_if_any(evidence)
    over = bool(probe and probe.peak_memory and use.limit and probe.peak_memory >= NEAR * use.limit)
    return over or _where(evidence) is not None


def _amounts(found: Container, use: Use) -> tuple[Quote, ...]:
    swap = found.limits.memory_and_swap
    parts = [f"memory limit {bytes_of(use.limit)}" if use.limit else "no memory limit is set"]
    parts += [f"with swap {bytes_of(swap)}"] if swap and use.limit and swap > use.limit else []
    parts += [f"peak {bytes_of(use.peak)}"] if use.peak else []
    parts += [f"{use.kills} kills by the kernel"] if use.kills else []
    return (inspected(found, ", ".join(parts)),)


def _lines(told: tuple[Told, ...]) -> tuple[Quote, ...]:
    return tuple(line.quote for line in told[:2])


def _fixes(evidence: Evidence, found: Container, use: Use) -> tuple[Fix, ...]:
    probe = probe_if_any(evidence)
    most = max(use.limit or 0, use.peak or 0, (probe.peak_memory or 0) if probe else 0)
    more = -(-max(2 * most, _SMALLEST) // (256 * 1024**2)) * 256
    raised = remade(
        f"give it more memory, {more} MiB to begin with",
        found,
        f"--memory={more}m",
        compose=f"    mem_limit: {more}m",
        edge=f'"HostConfig": {{"Memory": {more * 1024**2}}}',
    )
    counted = last_that(all_lines(evidence), _WORKERS)
    workers = found.environment.get("WORKER_COUNT") or (counted[1][1] if counted else "")
    fewer = workers.isdigit() and int(workers) > 1
    return (
        *((Fix(title=f"run one worker instead of {workers}", commands=("-e WORKER_COUNT=1",)),) if fewer else ()),
        *((raised,) if use.limit else (Fix(title="run it where there is more memory, or on a host with less to do"),)),
        Fix(title="load less at once: a smaller type (float32), a memory map (mmap_mode), no second copy of the model"),
    )


SCRIPT = "def init():\n    table = [0] * 10**12\n\ndef run(data): return 1\n"
STEP, EXIT = stopped(Phase.INIT, "memory", at(SCRIPT, "table"), memory_limit=256_000_000)
PROBED = seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=EXIT)
SMALL = Limits(memory=256_000_000)
FLAGGED = ContainerState(status="exited", exit_code=137, signal="SIGKILL", oom_killed=True)
KILL = ContainerState(status="exited", exit_code=137, signal="SIGKILL")
WORKER = (
    "2026-11-20 18:08:38,253 I [6] gunicorn.error - Starting gunicorn 27.0.1\n"
    "2026-11-20 18:08:39,999 I [8] azmlinfsrv.user_script - Invoking user's init function\n"
    "2026-11-20 18:08:41,315 E [6] gunicorn.error - Worker (pid:8) was sent SIGKILL! Perhaps out of memory?\n"
)
FULL: dict[str, object] = {
    "inside": Inside(how="running", memory=MemoryUse(peak=255_900_000, limit=256_000_000, kills=3))
}
SILENT = Answers(
    items=(Answer(method="GET", path="/", route="inside", address="127.0.0.1:5001", error="connection refused"),)
)
CASES = (
    fires(container(state=FLAGGED, limits=SMALL), saw="its limit of 256 MB was reached", findings=1),
    fires(
        container(
            state=ContainerState(status="restarting", exit_code=3, oom_killed=True, restarts=4),
            limits=SMALL,
            seen={"probe": PROBED.probe, "script": PROBED.script},
        ),
        saw="ran out of memory in init()",
        line=2,
        name="a child was killed, and the rehearsal shows where",
    ),
    fires(container(WORKER, FULL, limits=SMALL), saw="3 kills by the kernel", name="a worker, the container goes on"),
    fires(
        container(WORKER, limits=SMALL, seen={"probe": PROBED.probe, "script": PROBED.script}),
        saw="in init()",
        name="the log and the rehearsal",
    ),
    fires(container(state=KILL, seen={"probe": PROBED.probe, "script": PROBED.script}, limits=SMALL), line=2),
    fires(container(state=FLAGGED), saw="the memory of its host"),
    fires(
        container(
            state=ContainerState(
                status="running",
                exit_code=137,
                restarts=3,
                ends=(Ended(at="2026-11-20T18:00:00Z", exit_code=137, oom_killed=True),),
            ),
            limits=SMALL,
        ),
        name="a loop, seen while it runs for a moment",
    ),
    fires(
        container(seen={**FULL, "answers": SILENT}, limits=SMALL),
        saw="3 kills by the kernel",
        name="a child was killed without a word, and its parent waits for ever",
    ),
    quiet(container(state=KILL, limits=SMALL), name="docker kill, or a stop that was not heard"),
    quiet(container(WORKER), name="a worker was killed, and nothing tells of memory"),
    quiet(container(seen=FULL, limits=SMALL), name="full at times, and nothing was killed"),
    quiet(
        container(
            "C [6] gunicorn.error - WORKER TIMEOUT (pid:8)\n"
            "E [6] gunicorn.error - Worker (pid:8) was sent SIGKILL! Perhaps out of memory?\n",
            FULL,
            limits=SMALL,
        ),
        name="gunicorn killed it itself, after a timeout",
    ),
)
