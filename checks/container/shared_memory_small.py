"""Shared memory is too small for what the service puts there.

What it finds
-------------
A bus error, or a write to `/dev/shm` that found no space, in a container whose shared memory has a small limit: 64 MB,
when the run command says nothing.

Why it breaks
-------------
Processes hand tensors and arrays to each other in `/dev/shm`. Beyond its limit the kernel ends the process that touches
the page with SIGBUS (exit code 135), or the call fails with "No space left on device"; the container's memory limit
has nothing to do with it.

How to fix
----------
`docker run --shm-size=1g`, `shm_size` in a compose file; or load data without worker processes (`num_workers=0`).

Learn more
----------
Docker documentation, `docker run --shm-size`: 64 MB by default. PyTorch documentation, `torch.multiprocessing`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.disk_full import SHARED
from checks.container.failed_calls import NO_SPACE, log_lines, refused
from checks.container.places import container_of, mount_over, tail
from checks.container.remake import executed
from checks.container.scenes import frozen, seen, system, tmpfs, traceback
from checks.containers import Container, ContainerState, Inside, Limits
from checks.evidence import Evidence, Exit, Phase, Probe
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import bytes_of, titled

USUAL = 64 * 2**20
_SAID = re.compile(
    r"killed by signal: Bus error|[Bb]us error \(core dumped\)|Fatal Python error: Bus error|out of shared memory"
    r"|unable to (?:write to|open|mmap|allocate|resize) (?:file|shared memory|.*) </?torch_"
    r"|/dev/shm/\S*.*No space left on device|No space left on device.*/dev/shm|shared memory segment /dev/shm/"
)


@check(
    "container.shared-memory-small",
    needs=("container",),
    stage=Stage.OPERATE,
    explains=(
        "logs.shared-memory-full",
        "logs.dataloader-worker-killed",
        "logs.disk-full",
        "logs.triton-shared-memory",
        "logs.nccl-failed",
        "container.disk-full",
        "container.crashed",
        "container.restart-loop",
        "runtime.disk-full",
        "runtime.crashed",
    ),
)
def shared_memory_small(evidence: Evidence) -> Iterator[Finding]:
    """Look for a sign that shared memory ran out, then hold the limit against it."""
    container = container_of(evidence)
    size, free = _size(container, evidence)
    if size is None or size > 16 * USUAL:
        return
    signs = tuple(_signs(evidence, container))
    if not signs:
        return
    left = f", {bytes_of(free)} free" if free is not None else ""
    yield Finding(
        title=titled(f"shared memory ran out: {SHARED} holds {bytes_of(size)}", 88),
        evidence=(*signs, Quote(source="container", text=f"{SHARED}: {bytes_of(size)}{left}")),
        confidence=Confidence.CERTAIN if any(SHARED in q.text or "shm" in q.text for q in signs) else None,
        fixes=(
            Fix(title="start the container with more shared memory", commands=("--shm-size=1g",)),
            Fix(title="load data in the process itself", commands=("DataLoader(..., num_workers=0)",)),
        ),
        confirm=executed(container, f"df -h {SHARED}"),
    )


def _size(container: Container, evidence: Evidence) -> tuple[int | None, int | None]:
    """Limit and free bytes of shared memory, as measured inside, else as the engine says."""
    if isinstance(evidence.inside, Inside):
        for system_ in evidence.inside.file_systems:
            if system_.path == SHARED:
                return system_.total, system_.free
    mount = mount_over(container, SHARED)
    if mount:
        return mount.size, None
    return container.limits.shared_memory, None


def _signs(evidence: Evidence, container: Container) -> Iterator[Quote]:
    said = next(log_lines(evidence, _SAID), None)
    if said:
        yield said[0]
    for one in refused(evidence, NO_SPACE):
        if one.path.startswith(f"{SHARED}/"):
            yield Quote(source="probe" if not one.from_log else "log", text=f"no space left: {tail(one.path)}")
            break
    exit_ = evidence.probe.exit if isinstance(evidence.probe, Probe) else None
    if exit_ and exit_.signal == "SIGBUS":
        yield Quote(source="probe", text=f"the rehearsal was ended by SIGBUS in {exit_.phase.value}")
    if container.state.signal == "SIGBUS" or container.state.exit_code == 135:
        yield Quote(source="container", text="ended with exit code 135, SIGBUS")


BUS = ContainerState(status="exited", exit_code=135, signal="SIGBUS")
SMALL = Limits(shared_memory=USUAL)
LOST = "RuntimeError: DataLoader worker (pid 42) is killed by signal: Bus error. It is possible that dataloader's\n"
TRIED = Probe(
    interpreter="python3", python="3.11.2", steps=(), exit=Exit(reason="signal", phase=Phase.RUN, signal="SIGBUS")
)

CASES = (
    fires(seen(frozen(), state=BUS, limits=SMALL), saw=f"{SHARED} holds 67.1 MB", findings=1),
    fires(seen(frozen(), LOST, limits=SMALL), saw="killed by signal: Bus error"),
    fires(
        seen(
            frozen(file_systems=(system(SHARED, USUAL, 0, "tmpfs"),)),
            traceback(f"OSError: [Errno 28] No space left on device: '{SHARED}/psm_1'"),
        ),
        saw="0 bytes free",
    ),
    fires(seen(frozen(), probe=TRIED, limits=SMALL), saw="SIGBUS in run"),
    quiet(seen(frozen(), limits=SMALL), name="small, and nobody minds"),
    quiet(seen(frozen(), state=BUS, limits=Limits(shared_memory=8 * 2**30)), name="large: the bus error is another's"),
    quiet(seen(frozen(), traceback("OSError: [Errno 28] No space left on device: '/out/a'"), limits=SMALL)),
    quiet(seen(frozen(), LOST, limits=SMALL, mounts=(tmpfs(SHARED, 4 * 2**30),)), name="a tmpfs of its own"),
)
