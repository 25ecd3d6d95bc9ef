"""The container may not have as many processes and threads as it needs.

What it finds
-------------
A limit of processes (`--pids-limit`), together with messages that no thread or process could be started, or with as
many of them as the limit allows.

Why it breaks
-------------
The kernel counts threads as processes. Numeric libraries start one thread a core of the host in each worker, so that a
low limit is reached at import or with the first request.

How to fix
----------
Raise the limit, or let the libraries start few threads.

Learn more
----------
Docker documentation, `docker run --pids-limit`. Kernel documentation, cgroup pids controller.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import blamed, container_of, inside_of, inspected, probe_if_any
from checks.containers import Inside, Limits, ProcessInside
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.reading import told_by


@check(
    "container.process-limit",
    needs=("container",),
    stage=Stage.OPERATE,
    explains=(
        "container.restart-loop",
        "runtime.limit-reached",
        "logs.thread-limit",
        "logs.cannot-allocate-memory",
        "logs.old-docker-clone3",
    ),
)
def process_limit(evidence: Evidence) -> Iterator[Finding]:
    """Certain when a limit is set and its effect was seen."""
    seen = container_of(evidence)
    limit = seen.limits.pids
    if not limit or limit < 0:
        return
    saw = (*_rehearsed(evidence)[:2], *(line.quote for line in blamed(evidence, "thread-limit")))
    count = _count(evidence)
    if not saw and count < limit:
        return
    there = (Quote(source="inside", text=f"{count} processes are there"),) if count else ()
    more = max(4 * limit, 512)
    yield Finding(
        title=f"the container may have {limit} processes and threads, and needs more",
        evidence=(*saw[:3], inspected(seen, f"PidsLimit: {limit}"), *there),
        confidence=Confidence.CERTAIN,
        fixes=(
            Fix(title="raise the limit", commands=(f"docker update --pids-limit {more} {seen.name}",)),
            Fix(title="let numeric libraries start one thread", commands=("-e OMP_NUM_THREADS=1",)),
        ),
    )


def _rehearsed(evidence: Evidence) -> tuple[Quote, ...]:
    if probe_if_any(evidence) is None:
        return ()
    return tuple(
        quote
        for failure in told_by("runtime.limit-reached", evidence)
        if "open files" not in failure.message and "[Errno 24]" not in failure.message
        for quote in failure.quotes
    )


def _count(evidence: Evidence) -> int:
    inside = inside_of(evidence)
    if inside is None or inside.how != "running" or isinstance(inside.processes, Missing):
        return 0
    return len(inside.processes)


SAYS = (
    "Traceback (most recent call last):\n"
    '  File "/var/azureml-app/score.py", line 9, in init\n    pool = Pool(64)\n'
    "RuntimeError: can't start new thread\n"
)
MANY = tuple(ProcessInside(pid=number, command="python") for number in range(1, 9))
CASES = (
    fires(container(SAYS, limits=Limits(pids=16)), saw="can't start new thread", findings=1),
    fires(container(seen={"inside": Inside(how="running", processes=MANY)}, limits=Limits(pids=8)), saw="8 processes"),
    quiet(container(SAYS), name="no limit of the container"),
    quiet(container(limits=Limits(pids=100)), name="a limit, and nothing met it"),
    quiet(container(seen={"inside": Inside(how="running", processes=MANY)}, limits=Limits(pids=-1)), name="unlimited"),
)
