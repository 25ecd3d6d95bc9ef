"""A path is missing where another container has a volume, which lies elsewhere in this one.

What it finds
-------------
A log that misses a file below a path at which another container (mostly the init container that loads the model) mounts
a volume, which this container mounts at another path or not at all.

Why it breaks
-------------
A volume has no path of its own: each container names the place at which it sees it. What one wrote to /mnt/models lies
in the other at that one's own mountPath.

How to fix
----------
Mount the volume at the same path in both containers, or give the script the path that its own container has.

Learn more
----------
Kubernetes documentation, "Communicate Between Containers in the Same Pod Using a Shared Volume".
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container, VolumeMount
from checks.container.seen import blamed
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.kubernetes.ends import with_logs_of
from checks.kubernetes.mount_hides_code import SAYS_MISSING
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import Made, ended, pod, scene, spec, waiting
from checks.kubernetes.seen import PodContainer, containers, quote_field, templates, workload_of
from checks.runtime.wording import titled

_SAID = ("model-file-missing", "file-missing", "entry-script-not-found", "server-file-missing", "path-through-file")
_PATH = re.compile(r"[\"'‘`](?P<path>/[^\"'’`]+)|(?P<bare>/[\w./@+-]+)(?=: [Nn]o such file)")


@check(
    "kubernetes.path-mounted-elsewhere",
    needs=("workload", "logs"),
    stage=Stage.INIT,
    explains=(*SAYS_MISSING, "logs.model-file-missing", "logs.path-through-file", "runtime.file-missing"),
)
def path_mounted_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """Look the missing path up among the mounts of the other containers."""
    workload = workload_of(evidence)
    told: set[tuple[str, str]] = set()
    for one in containers(workload):
        for line in blamed(with_logs_of(evidence, one), *_SAID):
            found = _PATH.search(line.text)
            path = posixpath.normpath(found["path"] or found["bare"]) if found else ""
            other = _other(_every(one), one, path) if path else None
            if other is None or (one.name, path) in told:
                continue
            told.add((one.name, path))
            owner, mount = other
            own = next((each.mount_path for each in one.spec.volume_mounts if each.name == mount.name), None)
            here = f"is at {own} here" if own else "is not mounted here"
            there = mount.mount_path.rstrip("/")
            field = {"volumeMounts": [{"name": mount.name, "mountPath": there}]}
            name = next((each.name for each, _ in templates(workload) if each.name == one.name), one.name)
            yield Finding(
                title=titled(f"`{path}` is opened, and volume {mount.name} {here}", 88),
                evidence=(
                    line.quote,
                    quote_field(f"container {owner.name}", f"volumeMounts[{mount.name}].mountPath", there),
                    quote_field(f"container {one.name}", f"volumeMounts[{mount.name}].mountPath", own or "none"),
                ),
                about=(f"container:{one.name}", f"file:{path}"),
                fixes=(
                    of_container(f"mount the volume at {there} here too", workload, name, field, init=one.init),
                    *(_own(path, there, own) if own else ()),
                ),
                confirm=f"kubectl logs {workload.shown} -n {workload.namespace} -c {one.name}",
            )


def _every(one: PodContainer) -> tuple[Container, ...]:
    return (*one.pod.spec.init_containers, *one.pod.spec.containers)


def _other(every: tuple[Container, ...], one: PodContainer, path: str) -> tuple[Container, VolumeMount] | None:
    """The container that has a volume at or above a path at which this one has none."""
    if any(_covers(mount, path) for mount in one.spec.volume_mounts):
        return None
    for other in every:
        if other.name != one.name:
            for mount in other.volume_mounts:
                if _covers(mount, path) and not mount.sub_path and not mount.sub_path_expr:
                    return other, mount
    return None


def _covers(mount: VolumeMount, path: str) -> bool:
    place = mount.mount_path.rstrip("/")
    return bool(place) and (path == place or path.startswith(f"{place}/"))


def _own(path: str, there: str, own: str) -> tuple[Fix, ...]:
    return (Fix(title=f"let the script open {posixpath.join(own, path[len(there) :].lstrip('/'))}"),)


def _mounts(path: str | None, **more: object) -> Made:
    return spec(volumeMounts=[{"name": "models", "mountPath": path}] if path else [], **more)


LOG = "FileNotFoundError: [Errno 2] No such file or directory: '/mnt/models/churn/model.pkl'"
LOOP = waiting("CrashLoopBackOff", last=ended(3), restarts=2)
FETCH: Made = {
    "initContainers": [{"name": "fetch", "volumeMounts": [{"name": "models", "mountPath": "/mnt/models"}]}],
    "volumes": [{"name": "models", "emptyDir": {}}],
}
CASES = (
    fires(
        scene(LOG, pods=(pod(LOOP, _mounts("/models"), **FETCH),)),
        saw="`/mnt/models/churn/model.pkl` is opened, and volume models is at /models here",
        findings=1,
    ),
    fires(scene(LOG, pods=(pod(LOOP, _mounts(None), **FETCH),)), saw="volume models is not mounted here"),
    quiet(scene(LOG, pods=(pod(LOOP, _mounts("/mnt/models"), **FETCH),)), name="the same path: the file is not there"),
    quiet(scene(LOG, pods=(pod(LOOP, _mounts("/models")),)), name="no other container"),
    quiet(scene("ModuleNotFoundError: No module named 'x'", pods=(pod(LOOP, _mounts("/models"), **FETCH),))),
)
