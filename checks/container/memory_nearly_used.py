"""The container's processes hold nearly all the memory that it may use.

What it finds
-------------
Resident memory of all processes inside above 85 % of the container's limit, while nothing was killed yet. What the
control group counts besides is file cache, which is given back; so the peak alone is told as possible.

Why it breaks
-------------
At the limit the kernel kills a process of the container: a worker, which is replaced, or the server, with exit code
137. A larger request, or a second one at the same time, is enough.

How to fix
----------
Raise the limit, or run fewer workers: each loads its own copy of the model.

Learn more
----------
Docker documentation, "Runtime options with memory, CPUs, and GPUs". Linux documentation, "Control Group v2",
`memory.current`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.memory import limit_of
from checks.container.places import container_of, places_of
from checks.container.remake import memory_used
from checks.container.scenes import frozen, seen
from checks.containers import Container, ContainerState, Inside, Limits, MemoryUse, ProcessInside
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import bytes_of, titled

MUCH, NEARLY, HALF = 0.85, 0.97, 0.5  # parts of the limit


@check(
    "container.memory-nearly-used",
    needs=("container", "inside"),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
)
def memory_nearly_used(evidence: Evidence) -> Iterator[Finding]:
    """Hold what the processes hold, else the peak, against the limit."""
    container, inside = container_of(evidence), places_of(evidence).inside
    limit, use = limit_of(container, inside), inside.memory
    if limit is None or container.state.oom_killed or use.kills:
        return
    held = _held(inside)
    if held is not None and held >= MUCH * limit:
        shown, confidence = f"its processes hold {bytes_of(held)}", Confidence.LIKELY
    elif use.peak and use.peak >= NEARLY * limit and (held is None or held >= HALF * limit):
        shown, confidence = f"its peak was {bytes_of(use.peak)}", Confidence.POSSIBLE
    else:
        return
    yield Finding(
        title=titled(f"the memory limit of {bytes_of(limit)} is nearly used: {shown}", 88),
        evidence=(
            Quote(source="container", text=f"memory limit {bytes_of(limit)}"),
            Quote(source="control group", text=_counted(use, held)),
        ),
        confidence=confidence,
        fixes=(
            Fix(title="raise the limit", commands=_raised(container, limit)),
            Fix(title="run fewer workers", commands=("-e WORKER_COUNT=1",)),
        ),
        confirm=memory_used(container),
    )


def _held(inside: Inside) -> int | None:
    """Resident bytes of all processes, never more than the control group counts: shared pages count in each."""
    if isinstance(inside.processes, Missing):
        return None
    total = sum(process.memory or 0 for process in inside.processes)
    counted = inside.memory.current
    if counted is not None:
        counted -= inside.memory.reclaimable or 0
    return min(total, counted or total) if total else None


def _counted(use: MemoryUse, held: int | None) -> str:
    parts = [
        f"{name} {bytes_of(value)}"
        for name, value in (("processes", held), ("now", use.current), ("peak", use.peak))
        if value is not None
    ]
    return ", ".join(parts)


def _raised(container: Container, limit: int) -> tuple[str, ...]:
    more = max(2 * limit // 2**20, 512)
    return (f"docker update --memory {more}m --memory-swap {more}m {container.name}",)


def _inside(held: int, **use: int) -> Inside:
    processes = (ProcessInside(pid=1, command="azmlinfsrv", memory=held),)
    return frozen(processes=processes, memory=MemoryUse(**use))


GB = Limits(memory=10**9)

CASES = (
    fires(seen(_inside(9 * 10**8, current=95 * 10**7), limits=GB), saw="its processes hold 900 MB", findings=1),
    fires(seen(_inside(6 * 10**8, current=10**9, peak=10**9), limits=GB), saw="its peak was 1 GB"),
    fires(seen(frozen(memory=MemoryUse(peak=99 * 10**7)), limits=GB), name="no processes were seen"),
    quiet(seen(_inside(10**8, current=10**9, peak=10**9), limits=GB), name="file cache, which is given back"),
    quiet(seen(_inside(9 * 10**8, kills=1), limits=GB), name="something was killed: another check"),
    quiet(seen(_inside(9 * 10**8)), name="no limit"),
    quiet(seen(_inside(9 * 10**8), limits=GB, state=ContainerState(status="exited", exit_code=137, oom_killed=True))),
)
