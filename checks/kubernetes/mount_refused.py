"""A volume cannot be put where the container wants it.

What it finds
-------------
A container that never began, because a mount joins a file with a folder, or lies inside of something read-only.

Why it breaks
-------------
The runtime mounts every volume into the image's files before the command begins. A folder (a whole config map, an empty
volume) does not fit onto a file of the image, nor a file onto a folder; and inside a read-only volume no further mount
point can be made.

How to fix
----------
Mount the volume at a folder; for one file name its key with `subPath`; do not mount inside of a config map's folder.

Learn more
----------
Kubernetes documentation, "Volumes": using subPath. Source: runc `libcontainer/rootfs_linux.go`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import VolumeMount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.begins import FailedStart, failed_starts
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled

_PATHS = re.compile(r"(?:to rootfs at|at|mountpoint|onto) \\*[\"']?(?P<path>/[^\s\"'\\:]+)")
_BOTH = re.compile(r"not a directory|Are you trying to mount|is a directory|vice-versa")


@check(
    "kubernetes.mount-refused",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.mount-file-and-folder", "logs.mount-into-read-only"),
)
def mount_refused(evidence: Evidence) -> Iterator[Finding]:
    """Find the mount that the message speaks of."""
    workload = workload_of(evidence)
    for start in failed_starts(workload, "mount", "read-only"):
        mount, one = _mount(start), start.one
        path = mount.mount_path if mount else start.what or "a path"
        if start.kind == "mount" and not _BOTH.search(start.words):
            title = f"the mount at {path} is refused"
        elif start.kind == "mount":
            title = f"the mount at {path} joins a file with a folder"
        else:
            title = f"nothing can be mounted or made at {path}: its file system is read-only"
        fix = Fix(title="mount at a folder that the image does not use, or one file of the volume with `subPath`")
        if mount and start.kind == "mount" and not mount.sub_path:
            name = mount.mount_path.rstrip("/").rsplit("/", 1)[-1]
            fields = {"volumeMounts": [{"name": mount.name, "mountPath": mount.mount_path, "subPath": name}]}
            title_ = f"if the volume has a file {name}, mount this one alone; else mount at a folder"
            fix = of_container(title_, workload, one.name, fields, init=one.init)
        yield Finding(
            title=titled(title, 88),
            evidence=(*start.quotes, *_quoted(start, mount)),
            about=(*start.about, *((f"file:{path}",) if path.startswith("/") else ())),
            fixes=(fix,),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _mount(start: FailedStart) -> VolumeMount | None:
    """The container's mount whose path the message names, the longest first."""
    named = {found["path"].rstrip("/") for found in _PATHS.finditer(start.words)} | {start.what.rstrip("/")}
    fits = [
        mount
        for mount in start.one.spec.volume_mounts
        if any(path.endswith(mount.mount_path.rstrip("/")) for path in named if path)
    ]
    return max(fits, key=lambda mount: len(mount.mount_path), default=None)


def _quoted(start: FailedStart, mount: VolumeMount | None) -> tuple[Quote, ...]:
    if mount is None:
        return ()
    part = f", subPath: {mount.sub_path}" if mount.sub_path else ""
    text = f"{mount.name} at {mount.mount_path}{part}"
    return (quote_field(start.one.shown, "volumeMounts", text),)


WORDS = (
    "OCI runtime create failed: runc create failed: unable to start container process: error during container init: "
    'error mounting "/var/lib/kubelet/pods/1/volumes/kubernetes.io~configmap/code" to rootfs at "/app/score.py": mount '
    "/var/lib/kubelet/pods/1/volumes/kubernetes.io~configmap/code:/app/score.py (via /proc/self/fd/6), flags: 0x5001: "
    "not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?"
)
READ_ONLY = (
    'error during container init: error mounting "/x" to rootfs at "/etc/cfg/token": mkdirat '
    "/run/rootfs/etc/cfg/token: read-only file system: unknown"
)
ONE = spec(volumeMounts=[{"name": "code", "mountPath": "/app/score.py"}])
INSIDE = spec(volumeMounts=[{"name": "cfg", "mountPath": "/etc/cfg"}, {"name": "t", "mountPath": "/etc/cfg/token"}])
CASES = (
    fires(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(128, "StartError", WORDS)), ONE),)),
        saw="the mount at /app/score.py joins a file with a folder",
        findings=1,
    ),
    fires(scene(pods=(pod(waiting("RunContainerError", READ_ONLY), INSIDE),)), saw="/etc/cfg/token: its file system"),
    quiet(scene(pods=(pod(running(last=ended(128, "StartError", WORDS)), ONE),)), name="it runs now"),
    quiet(
        scene("OSError: [Errno 30] Read-only file system: '/app/x'", pods=(pod(running()),)), name="the service's own"
    ),
)
