"""A native library or program lies on a mount from which nothing may be executed.

What it finds
-------------
A library that could not be mapped, or a program that was refused, on a tmpfs or another mount of the container.

Why it breaks
-------------
`--tmpfs /tmp` mounts with `noexec`, and so do many hosts their data disks. The loader of native libraries needs to map
them as executable, which such a mount refuses to everybody, root as well. Packages that unpack native code at run time
(JVM bindings, one-file executables, compiled kernels) put it into the folder for temporary files.

How to fix
----------
Mount with `exec`, or let the code be unpacked elsewhere.

Learn more
----------
Docker documentation, `docker run --tmpfs`: default options `rw,noexec,nosuid,nodev`. mount(8), `noexec`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import failed, log_lines
from checks.container.places import container_of, mount_named, mount_over
from checks.container.remake import executed
from checks.container.scenes import bind, frozen, seen, tmpfs
from checks.container.seen import inspected
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled

_REFUSED = re.compile(r"(?P<path>/[^\s:'\"]+): failed to map segment from shared object")


@check(
    "container.mount-not-executable",
    needs=("container",),
    stage=Stage.LOAD,
    explains=(
        "container.permission-denied",
        "container.import-breaks",
        "logs.value-error",
        "logs.unrecognised-exception",
        "logs.unrecognised-error",
        "logs.shared-library-missing",
        "logs.permission-denied",
        "runtime.import-raised",
        "runtime.init-raised",
    ),
)
def mount_not_executable(evidence: Evidence) -> Iterator[Finding]:
    """Certain for a tmpfs, which has no other reason; likely for other mounts."""
    container = container_of(evidence)
    told = [(one, said["path"]) for one in failed(evidence) if (said := _REFUSED.search(one.failure.message))]
    lines = [(quote, said["path"]) for quote, said in log_lines(evidence, _REFUSED)]
    path = next((path for _, path in (*told, *lines) if mount_over(container, path)), None)
    mount = mount_over(container, path) if path else None
    if path is None or mount is None:
        return
    is_tmpfs = mount.kind == "tmpfs"
    yield Finding(
        title=titled(f"{mount_named(mount)} at {mount.target} lets nothing be executed (noexec)", 88),
        evidence=(
            *(told[0][0].quotes if told else (lines[0][0],)),
            inspected(container, f"mount: {mount.kind} {mount.source}".rstrip() + f" -> {mount.target}"),
        ),
        confidence=Confidence.CERTAIN if is_tmpfs else Confidence.LIKELY,
        # each start unpacks into a folder of another name, and each has an exception of its own
        about=tuple(dict.fromkeys((f"file:{path}", *(subject for one, _ in told for subject in one.about)))),
        fixes=(
            Fix(title="mount it with exec", commands=(f"--tmpfs {mount.target}:exec",))
            if is_tmpfs
            else Fix(title=f"mount {mount.source} without noexec on the host, or unpack native code elsewhere"),
            Fix(title="let native code be unpacked into another folder", commands=("-e TMPDIR=/var/tmp",)),
        ),
        confirm=executed(container, f"grep ' {mount.target} ' /proc/mounts"),
    )


MAP = "OSError: /tmp/x1/libkernel.so: failed to map segment from shared object\n"
CASES = (
    fires(seen(frozen(), MAP, mounts=(tmpfs("/tmp"),)), saw="lets nothing be executed", findings=1),  # noqa: S108
    fires(
        seen(
            frozen(),
            "ImportError: /data/env/a.so: failed to map segment from shared object: Operation not permitted\n",
            mounts=(bind("/mnt/data", "/data"),),
        ),
        saw="/mnt/data",
    ),
    quiet(seen(frozen(), MAP), name="on the image's own files: another reason"),
    quiet(seen(frozen(), mounts=(tmpfs("/tmp"),)), name="nobody minds"),  # noqa: S108
)
