"""A file system of the container is full.

What it finds
-------------
A write refused with ENOSPC or EDQUOT, and the file system inside that has no room left, or the small tmpfs that the
path lies on; and a full file system before any write was refused.

Why it breaks
-------------
A tmpfs of the run command holds what `size=` says and no more, a volume what its disk has. Once it is full, each write
fails: temporary files, caches, uploads, and the logs of the service itself.

How to fix
----------
Make the tmpfs larger, or mount a volume there; remove what requests leave behind. For the engine's own disk:
`docker system df` shows what uses it.

Learn more
----------
Docker documentation, "tmpfs mounts", option `tmpfs-size`. Source: errno(3), ENOSPC and EDQUOT.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import NO_SPACE, QUOTA, Failed, refused
from checks.container.places import container_of, file_system_of, mount_named, mount_over, places_of, tail
from checks.container.scenes import APP, folder, frozen, seen, system, tmpfs, traceback
from checks.containers import Container, FileSystem, Inside
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import bytes_of, titled

EXPLAINS = (
    "logs.disk-full",
    "logs.disk-quota",
    "runtime.disk-full",
    "runtime.import-raised",
    "runtime.init-raised",
    "runtime.run-raised",
)
SMALL = 256 * 2**20  # bytes: a tmpfs up to this size is filled by one model or one request
SHARED = "/dev/shm"  # noqa: S108 a place inside


@check("container.disk-full", needs=("container", "inside"), stage=Stage.OPERATE, explains=EXPLAINS)
def disk_full(evidence: Evidence) -> Iterator[Finding]:
    """Name the file system: that of the path, else the ones that are full, else a small tmpfs of the run command."""
    container, inside = container_of(evidence), places_of(evidence).inside
    told: set[tuple[int, int]] = set()  # paths of one file system have the same numbers
    for one in refused(evidence, NO_SPACE, QUOTA):
        for system_ in _suspects(container, inside, one):
            if (system_.total, system_.free) not in told:
                told.add((system_.total, system_.free))
                yield one.finding(
                    titled(f"no space is left on {tail(system_.path)}: {_room(system_)}", 88),
                    saw=(Quote(source="inside", text=_measured(container, system_)),),
                    fixes=tuple(_fixes(container, system_)),
                    about=(f"file:{system_.path}",) if one.path else (),
                )
    if told:
        return
    for system_ in inside.file_systems:
        numbers = (system_.total, system_.free)
        if is_full(system_) and numbers not in told and system_.path != SHARED and not system_.read_only:
            told.add(numbers)
            yield Finding(
                title=titled(f"no space is left on {tail(system_.path)}: {_room(system_)}", 88),
                evidence=(Quote(source="inside", text=_measured(container, system_)),),
                severity=Severity.WARNING,
                confidence=Confidence.CERTAIN,
                about=(f"file:{system_.path}",),
                fixes=tuple(_fixes(container, system_)),
            )


def is_full(system_: FileSystem) -> bool:
    """True when less than a hundredth, and less than 16 MB, is free, or no inode is."""
    few = system_.free < min(system_.total / 100, 16 * 2**20)
    return system_.total > 0 and (few or system_.free_inodes == 0)


def _suspects(container: Container, inside: Inside, one: Failed) -> tuple[FileSystem, ...]:
    """File systems that the write may have filled. A tmpfs that is empty again was filled before the restart."""
    mounts = [
        FileSystem(path=mount.target, total=mount.size, free=0, kind="tmpfs")
        for mount in container.mounts
        if mount.kind == "tmpfs" and mount.size and mount.size <= SMALL
    ]
    if one.path:
        if one.path.startswith(f"{SHARED}/"):
            return ()
        mount = mount_over(container, one.path)
        here = [each for each in mounts if mount and each.path == mount.target]
        measured = file_system_of(inside, one.path)
        if measured and (is_full(measured) or here):
            return (measured,)
        return tuple(here)
    full = tuple(system_ for system_ in inside.file_systems if is_full(system_) and not system_.read_only)
    return full or (tuple(mounts) if len(mounts) == 1 else ())


def _room(system_: FileSystem) -> str:
    kind = "a tmpfs" if system_.kind == "tmpfs" else "it"
    if system_.free_inodes == 0 and system_.free > 0:
        return f"{kind} has no inode free, too many files"
    return f"{kind} holds {bytes_of(system_.total)}"


def _measured(container: Container, system_: FileSystem) -> str:
    mount = mount_over(container, system_.path)
    made = f", {mount_named(mount)} of the run command" if mount and mount.target == system_.path else ""
    inodes = f", {system_.free_inodes} inodes free" if system_.free_inodes is not None else ""
    return f"{system_.path}: {bytes_of(system_.total)}, {bytes_of(system_.free)} free{inodes}{made}"


def _fixes(container: Container, system_: FileSystem) -> Iterator[Fix]:
    mount = mount_over(container, system_.path)
    if system_.kind == "tmpfs" or (mount and mount.kind == "tmpfs"):
        larger = max(system_.total * 4, 2**30) // 2**20
        yield Fix(title="make the tmpfs larger", commands=(f"--tmpfs {system_.path}:size={larger}m",))
        yield Fix(title="mount a volume there", commands=(f"-v scratch:{system_.path}",))
    elif mount and mount.kind in ("bind", "volume"):
        where = mount.source or mount.target
        yield Fix(title=f"make room on the disk of {where}", commands=(f"df -h {where}",))
    else:
        yield Fix(title="make room on the engine's disk", commands=("docker system df", "docker image prune"))


FULL = traceback("OSError: [Errno 28] No space left on device")
NAMED = traceback("OSError: [Errno 28] No space left on device: '/out/a.bin'")
OUT = frozen(folder(APP, "score.py"), file_systems=(system("/", 10**11, 10**10), system("/out", 2**20, 0, "tmpfs")))

CASES = (
    fires(seen(OUT, FULL, mounts=(tmpfs("/out", 2**20),)), saw="/out: a tmpfs holds 1.05 MB", line=6, findings=1),
    fires(seen(frozen(), NAMED, mounts=(tmpfs("/out", 2**20),)), saw="/out", name="nothing was measured"),
    fires(seen(frozen(), FULL, mounts=(tmpfs("/out", 2**20),)), saw="/out", name="the only small tmpfs"),
    fires(seen(frozen(file_systems=(system("/", 10**11, 10**6),)), FULL), saw="no space is left on /:", findings=1),
    fires(seen(frozen(file_systems=(system("/data", 10**9, 0),))), saw="/data", name="before a write was refused"),
    fires(
        seen(frozen(file_systems=(system(APP, 10**11, 10**6), system("/tmp", 10**11, 10**6)))),  # noqa: S108
        findings=1,
        name="two folders of one file system",
    ),
    fires(seen(frozen(file_systems=(system("/", 10**11, 10**10, free_inodes=0),)), FULL), saw="too many files"),
    quiet(
        seen(frozen(file_systems=(system("/", 10**11, 10**10),)), FULL), name="there is room: something else was full"
    ),
    quiet(seen(frozen(file_systems=(system("/", 10**11, 5 * 10**9),))), name="5 % free"),
    quiet(seen(frozen(file_systems=(system(SHARED, 2**26, 0, "tmpfs"),))), name="shared memory: another check"),
    quiet(seen(OUT, FULL.replace("28] No space left on device", "5] Input/output error")).replace(inside=frozen())),
)
