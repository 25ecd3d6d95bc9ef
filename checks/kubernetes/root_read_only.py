"""A program writes below the container's root, which is read-only.

What it finds
-------------
`readOnlyRootFilesystem: true`, and a log in which a file cannot be written where no volume is mounted: `Read-only file
system`, or `No usable temporary directory found`.

Why it breaks
-------------
With a read-only root only mounted volumes can be written. gunicorn makes a file for the heartbeat of each worker in
/tmp and does not start without it; caches of models and fonts are made below the home folder.

How to fix
----------
Mount an emptyDir at /tmp; point caches there; or let the root be writable.

Learn more
----------
Kubernetes documentation, "Configure a Security Context for a Pod or Container": readOnlyRootFilesystem.
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.cluster.subject import Workload
from checks.container.seen import blamed
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.ends import with_logs_of
from checks.kubernetes.patching import of_container, of_template
from checks.kubernetes.scenes import Made, ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import containers, quote_field, workload_of
from checks.runtime.wording import titled

SCRATCH = ("/tmp", "/var/tmp", "/usr/tmp")  # noqa: S108 - places in a container
FOLLOWS = (
    "logs.no-temporary-folder",
    "logs.filesystem-read-only",
    "logs.file-missing",
    "kubernetes.crash-loop",
    "kubernetes.container-failed",
)
_PATH = re.compile(r"[\"'‘](?P<path>/[^\"'’]*)|(?P<bare>/[\w./@+-]+): [Rr]ead-only")


@check(
    "kubernetes.root-read-only",
    needs=("workload", "logs"),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "container.read-only-file-system"),
)
def root_read_only(evidence: Evidence) -> Iterator[Finding]:
    """Put the log's refusal and the setting together, where no volume lies at the place."""
    workload = workload_of(evidence)
    told: set[tuple[str, str]] = set()
    for one in containers(workload):
        context = one.spec.security_context
        if not context or not context.read_only_root_filesystem:
            continue
        for line in blamed(with_logs_of(evidence, one), "no-temporary-folder", "filesystem-read-only"):
            found = _PATH.search(line.text)
            path = (found["path"] or found["bare"]) if found else SCRATCH[0]
            if (one.name, path) in told or _is_mounted(one.spec, path):
                continue
            told.add((one.name, path))
            yield Finding(
                title=titled(f"container {one.name} writes to {path}, and its root is read-only", 88),
                evidence=(
                    line.quote,
                    quote_field(one.shown, "securityContext.readOnlyRootFilesystem", "true"),
                ),
                about=(f"container:{one.name}", f"file:{path}"),
                fixes=tuple(_fixes(workload, one.name, path, init=one.init)),
                confirm=f"kubectl logs {workload.shown} -n {workload.namespace} -c {one.name}",
            )


def _is_mounted(container: Container, path: str) -> bool:
    places = (posixpath.normpath(one.mount_path) for one in container.volume_mounts)
    return any(path == place or path.startswith(f"{place.rstrip('/')}/") for place in places)


def _fixes(workload: Workload, container: str, path: str, *, init: bool) -> Iterator[Fix]:
    where = "initContainers" if init else "containers"
    scratch = next((one for one in SCRATCH if path == one or path.startswith(f"{one}/")), None)
    if scratch:
        body = {
            where: [{"name": container, "volumeMounts": [{"name": "scratch", "mountPath": scratch}]}],
            "volumes": [{"name": "scratch", "emptyDir": {}}],
        }
        yield of_template(f"mount an empty volume at {scratch}", workload, body)
    else:
        yield Fix(title=f"write below a volume: mount an emptyDir, and let {path} lie in it (caches: HOME, HF_HOME)")
    field = {"securityContext": {"readOnlyRootFilesystem": False}}
    yield of_container("let the root be writable", workload, container, field, init=init)


NO_TEMPORARY = "FileNotFoundError: [Errno 2] No usable temporary directory found in ['/tmp', '/var/tmp', '/app']"
CACHE = "OSError: [Errno 30] Read-only file system: '/root/.cache/fonts'"
LOOP = waiting("CrashLoopBackOff", last=ended(1), restarts=3)


def _asked(**more: object) -> Made:
    return spec(securityContext={"readOnlyRootFilesystem": True}, **more)


TMP = [{"name": "t", "mountPath": f"{SCRATCH[0]}/"}]
CASES = (
    fires(
        scene(NO_TEMPORARY, pods=(pod(LOOP, _asked()),)), saw="writes to /tmp, and its root is read-only", findings=1
    ),
    fires(scene(CACHE, pods=(pod(LOOP, _asked()),)), saw="writes to /root/.cache/fonts"),
    quiet(scene(CACHE, pods=(pod(LOOP),)), name="the root is not read-only"),
    quiet(scene(NO_TEMPORARY, pods=(pod(LOOP, _asked(volumeMounts=TMP)),)), name="a volume lies there"),
    quiet(scene(pods=(pod(running(), _asked()),)), name="nothing is written"),
)
