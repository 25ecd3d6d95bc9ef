"""The subPath of a mount is no key of its config map or secret.

What it finds
-------------
A container that mounts one entry of a config map or secret by `subPath`, where the object has no such key.

Why it breaks
-------------
The kubelet finds no file of that name and makes an empty folder, so the container starts, and what shall be a file is
a folder: `IsADirectoryError`, or a script, a model or settings that are not there. No event says so.

How to fix
----------
Name a key that the object has in `subPath`, or add the key.

Learn more
----------
Kubernetes documentation, "Volumes": using subPath. Source: kubelet `makeMounts`, which makes a missing subPath.
"""

from collections.abc import Iterator

import msgspec

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container, PodSpec
from checks.cluster.subject import Workload
from checks.container.seen import all_lines
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.code_places import Mounted, mounts
from checks.kubernetes.mount_hides_code import SAYS_MISSING
from checks.kubernetes.patching import of_container
from checks.kubernetes.references import near
from checks.kubernetes.scenes import Made, Scene, deployment, ended, keys, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, templates, workload_of
from checks.runtime.wording import titled
from checks.text import listed

FOLLOWS = (
    *SAYS_MISSING,
    "kubernetes.mount-hides-code",
    "container.mount-hides-code",
    "container.mount-empty",
    "logs.path-is-directory",
    "logs.model-file-missing",
)
UNKNOWN = ("logs.unrecognised-exception", "logs.unrecognised-error")  # where the log names the path


@check(
    "kubernetes.sub-path-no-key",
    needs=("workload",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, *UNKNOWN),
)
def sub_path_no_key(evidence: Evidence) -> Iterator[Finding]:
    """Look each subPath up among the keys that are known; a pod that is ready lives without it."""
    workload = workload_of(evidence)
    if workload.spec is None:
        return
    serves = any(one.is_ready for one in workload.pods)
    for container, init in templates(workload):
        for one in mounts(workload, workload.spec, container):
            part, where = one.mount.sub_path, one.mount.mount_path
            if not part or one.files is None or one.files or one.kind == "empty volume":
                continue
            there = _keys(workload, workload.spec, container, one)
            close = near(part, there) or (there if len(there) == 1 else ())
            met = next((line for line in all_lines(evidence) if where in line.text), None)
            yield Finding(
                title=titled(f"subPath `{part}` is no key of {one.kind} {one.name}: an empty folder is mounted", 88),
                evidence=(
                    quote_field(f"{workload.shown} container {container.name}", f"volumeMounts[{where}].subPath", part),
                    Quote(source=f"{one.kind} {one.name}", text=f"keys: {listed(there, 8)}"),
                ),
                severity=Severity.WARNING if serves else None,
                about=(f"container:{container.name}", f"file:{where}"),
                explains=(*FOLLOWS, *(UNKNOWN if met else ())),
                fixes=tuple(_fixes(workload, container, one, close[0], init=init) for _ in close[:1]),
                no_fix=None if close else f"only who wrote it knows what `{part}` shall hold; add that key",
                confirm=f"kubectl describe {one.kind.replace(' ', '')} {one.name} -n {workload.namespace}",
            )


def _keys(workload: Workload, spec: PodSpec, container: Container, one: Mounted) -> tuple[str, ...]:
    """What the object of a mount would put there as a whole."""
    mount = msgspec.structs.replace(one.mount, sub_path="", mount_path="/")
    (whole,) = mounts(workload, spec, msgspec.structs.replace(container, volume_mounts=(mount,)))
    return tuple(sorted(path.lstrip("/") for path in whole.files or ()))


def _fixes(workload: Workload, container: Container, one: Mounted, key: str, *, init: bool) -> Fix:
    field = {"volumeMounts": [{"name": one.mount.name, "mountPath": one.mount.mount_path, "subPath": key}]}
    return of_container(f"mount the key `{key}`, which it has", workload, container.name, field, init=init)


LOG = "IsADirectoryError: [Errno 21] Is a directory: '/srv/score.py'"
MAP: Made = {"volumes": [{"name": "code", "configMap": {"name": "code"}}]}
ITEMS: Made = {"volumes": [{"name": "code", "configMap": {"name": "code", "items": [{"key": "a", "path": "b.py"}]}}]}
LOOP = waiting("CrashLoopBackOff", last=ended(3))


def _asked(part: str) -> Made:
    return spec(volumeMounts=[{"name": "code", "mountPath": "/srv/score.py", "subPath": part}])


def _seen(part: str, *of: str, state: Made = LOOP, volumes: Made = MAP) -> Scene:
    asked, there = _asked(part), (keys("code", *of),) if of else ()
    return scene(LOG, controller=deployment(asked, **volumes), pods=(pod(state, asked, **volumes),), config_maps=there)


CASES = (
    fires(
        _seen("scores.py", "score.py", "other.py"),
        saw="subPath `scores.py` is no key of config map code: an empty folder is mounted",
        findings=1,
    ),
    fires(_seen("score.py", volumes=ITEMS), saw="`score.py` is no key", name="items name the files"),
    fires(_seen("x", "score.py", state=running()), findings=1, name="a pod that is ready lives without it"),
    quiet(_seen("b.py", volumes=ITEMS), name="the path of an item"),
    quiet(_seen("score.py", "score.py")),
    quiet(_seen("score.py"), name="config maps were not read"),
    quiet(scene(LOG, controller=deployment(spec(), **MAP), config_maps=(keys("code", "a"),)), name="not mounted so"),
)
