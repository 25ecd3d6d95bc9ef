"""A path is written that lies on a read-only file system.

What it finds
-------------
A call refused with EROFS, and what makes the place read-only: `--read-only`, or a mount with `:ro`.

Why it breaks
-------------
With `--read-only` all files of the image are read-only, `/tmp` among them; a mount with `:ro` is read-only whatever
the mode of its files says. The write raises, and the service stops or fails on each request.

How to fix
----------
Give scratch space its own writable place (`--tmpfs /tmp`, a volume), and point caches of libraries there; or mount
without `:ro`.

Learn more
----------
Docker documentation, `docker run --read-only` and `--tmpfs`. Source: errno(3), EROFS.
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import READ_ONLY, Failed, failed, refused, runit_stuck
from checks.container.places import container_of, file_system_of, mount_named, mount_option, mount_over, places_of, tail
from checks.container.scenes import APP, MODELS, bind, folder, frozen, seen, system, tmpfs, traceback
from checks.containers import Container, Inside, Limits, Mount
from checks.evidence import Evidence, Phase, Probe
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.observed import raised_in
from checks.runtime.wording import titled

RUNIT = "/var/runit"
RUNIT_STUCK = ("logs.unrecognised-error", "container.server-gone", "container.nothing-listens", "container.unhealthy")
_NO_SCRATCH = re.compile(r"No usable temporary directory found in \[(?P<folders>[^\]]*)\]")
_ROOT = Mount(kind="other", target="/", writable=False)
_CACHES = (
    ("huggingface", "HF_HOME"),
    ("matplotlib", "MPLCONFIGDIR"),
    ("numba", "NUMBA_CACHE_DIR"),
    ("torch", "TORCH_HOME"),
    ("nltk_data", "NLTK_DATA"),
    ("keras", "KERAS_HOME"),
)


@check(
    "container.read-only-file-system",
    needs=("container", "inside"),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=(
        "logs.filesystem-read-only",
        "logs.permission-denied",
        "logs.file-missing",
        "logs.unrecognised-exception",
        "runtime.permission-denied",
        "runtime.writes-beside-script",
        "runtime.import-raised",
        "runtime.init-raised",
        "runtime.run-raised",
    ),
)
def read_only_file_system(evidence: Evidence) -> Iterator[Finding]:
    """Tell for each path which option of the container makes it read-only."""
    container, inside = container_of(evidence), places_of(evidence).inside
    yield from _no_scratch(container, evidence)
    stuck = runit_stuck(evidence)
    if stuck and container.limits.read_only:
        services = container.environment.get("SVDIR") or RUNIT
        yield Finding(
            title=titled(f"runit cannot write to {services}: the container is --read-only", 88),
            evidence=(
                stuck,
                Quote(source="container", text="was started with --read-only: only mounts can be written"),
            ),
            stage=Stage.LOAD,
            about=(f"file:{services}",),
            explains=RUNIT_STUCK,
            fixes=(
                Fix(title="leave --read-only away"),
                Fix(
                    title=f"lay a new volume over {services}, which takes its files from the image",
                    commands=(f"-v services:{services}",),
                ),
            ),
        )
    for one in refused(evidence, READ_ONLY):
        reason = _reason(container, inside, one)
        if reason is None:
            continue
        shown = tail(one.path, 44) if one.path else "a file"
        yield one.finding(
            titled(f"{shown} is written, and {reason[0]}", 88),
            saw=(Quote(source="container", text=reason[1]),),
            fixes=tuple(_fixes(container, one)),
        )


def _no_scratch(container: Container, evidence: Evidence) -> Iterator[Finding]:
    """Python found no folder for temporary files, because the root is read-only; gunicorn does not start without."""
    if not container.limits.read_only:
        return
    for one in failed(evidence):
        said = _NO_SCRATCH.search(one.failure.message)
        folders = re.findall(r"'(/[^']*)'", said["folders"]) if said else []
        mounts = [mount_over(container, path) or _ROOT for path in folders]
        closed = [path for path, mount in zip(folders, mounts, strict=True) if not mount.writable]
        if closed and len(closed) == len(folders):
            yield one.finding(
                "there is no writable folder for temporary files: the container is --read-only",
                saw=(Quote(source="container", text="was started with --read-only: only mounts can be written"),),
                about=("file:/tmp",),
                fixes=(Fix(title=f"give the service a writable {closed[0]}", commands=(f"--tmpfs {closed[0]}",)),),
            )
            return


def _reason(container: Container, inside: Inside, one: Failed) -> tuple[str, str] | None:
    """Why the place is read-only, for a title and as a quote; None where only the rehearsal makes it so."""
    mount = mount_over(container, one.path)
    if mount and one.path:
        if not mount.writable:
            return "its mount is read-only", f"{mount_named(mount)} is mounted at {mount.target} read-only"
        system_ = file_system_of(inside, one.path)
        if one.from_log or (system_ and system_.read_only and inside.how != "rehearsal"):
            return "its file system is read-only", f"{mount_named(mount)} is mounted at {mount.target}, writable"
        return None
    if container.limits.read_only:
        return "the container is --read-only", "was started with --read-only: only mounts can be written"
    return None


def _fixes(container: Container, one: Failed) -> Iterator[Fix]:
    path = one.path
    for word, variable in _CACHES:
        if path and re.search(rf"[/.]{word}\b", path):
            yield Fix(title="point the cache to a writable place", commands=(f"-e {variable}=/tmp/{word}",))
            break
    mount = mount_over(container, path) if path else None
    if mount and not mount.writable:
        option = mount_option(mount).removesuffix(":ro")
        yield Fix(title=f"write to /tmp, or mount {mount.target} without :ro", commands=(option,))
    elif mount:
        yield Fix(title=f"mount {mount.source or mount.target} writable on the host, or write to /tmp")
    else:
        at = "/tmp" if not path else posixpath.dirname(path)  # noqa: S108 a place inside
        yield Fix(title=f"give the service a writable {at}", commands=(f"--tmpfs {at}",))


CACHE = traceback(f"OSError: [Errno 30] Read-only file system: '{APP}/cache'")
MODEL = traceback(f"OSError: [Errno 30] Read-only file system: '{MODELS}/cache'")
PROBED = raised_in(Phase.INIT, "OSError", "[Errno 30] Read-only file system: '/data/a'", filename="/data/a", errno=30)
TRIED = Probe(interpreter="/usr/bin/python3", python="3.11.2", steps=(PROBED,))
NO_SCRATCH = (
    "FileNotFoundError: [Errno 2] No usable temporary directory found in ['/tmp', '/var/tmp', '/usr/tmp', '/app']\n"
)
RUNSV = "runsv gunicorn: fatal: unable to open supervise/lock: file does not exist\n"
CODE = frozen(folder(APP, "score.py"))
CLOSED = Limits(read_only=True)

CASES = (
    fires(seen(CODE, CACHE, limits=CLOSED), saw="the container is --read-only", line=6, findings=1),
    fires(seen(CODE, MODEL, mounts=(bind("/m", MODELS, writable=False),)), saw="read-only"),
    fires(seen(CODE, "OSError: [Errno 30] Read-only file system\n", limits=CLOSED), saw="a file is written"),
    fires(seen(CODE, MODEL, mounts=(bind("/m", MODELS),)), saw="its file system is read-only", name="on the host"),
    fires(seen(CODE, probe=TRIED, mounts=(bind("/d", "/data", writable=False),)), saw="its mount is read-only"),
    fires(seen(CODE, NO_SCRATCH, limits=CLOSED), saw="no writable folder for temporary files", findings=1),
    quiet(
        seen(CODE, NO_SCRATCH, limits=CLOSED, mounts=(tmpfs("/scratch"), tmpfs("/usr/tmp"))),
        name="full rather than read-only",
    ),
    quiet(seen(CODE, probe=TRIED, mounts=(bind("/d", "/data"),)), name="only the rehearsal mounts it read-only"),
    fires(seen(CODE, RUNSV, limits=CLOSED), saw="runit cannot write to /var/runit", findings=1),
    quiet(seen(CODE, RUNSV), name="another user: another check"),
    quiet(seen(CODE, CACHE), name="nothing makes it read-only that is known"),
    quiet(seen(CODE, limits=CLOSED), name="nothing was written"),
    quiet(
        seen(
            frozen(folder(APP, "score.py"), file_systems=(system("/data", 10, 5),)),
            traceback("PermissionError: [Errno 13] Permission denied: '/data/a'"),
            limits=CLOSED,
        )
    ),
)
