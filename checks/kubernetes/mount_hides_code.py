"""A volume lies over the code, and holds no entry script.

What it finds
-------------
A config map, secret or empty volume mounted at or above the path of the entry script, in which no such file is.

Why it breaks
-------------
A mount hides what the image has at that path. The server looks into the mounted folder and finds no entry script, so
init() is never called and the container ends.

How to fix
----------
Put the script into the config map under the name that the server asks for, or mount the volume elsewhere.

Learn more
----------
Kubernetes documentation, "Volumes": a mount obscures what is in the image.
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.kubernetes.code_places import Entry, Mounted, entry_of, mounts, over
from checks.kubernetes.patching import of_container
from checks.kubernetes.references import near
from checks.kubernetes.scenes import Made, deployment, ended, keys, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled
from checks.text import listed

SAYS_MISSING = (
    "kubernetes.crash-loop",
    "kubernetes.container-failed",
    "kubernetes.not-ready",
    "kubernetes.progress-deadline",
    "container.entry-script-missing",
    "container.code-missing",
    "logs.entry-script-not-found",
    "logs.main-script-not-found",
    "logs.server-file-missing",
    "logs.module-not-found",
    "logs.own-module-not-found",
    "logs.file-missing",
)


@check(
    "kubernetes.mount-hides-code",
    needs=("workload",),
    stage=Stage.LOAD,
    explains=(*SAYS_MISSING, "container.mount-hides-code", "container.mount-empty"),
)
def mount_hides_code(evidence: Evidence) -> Iterator[Finding]:
    """Compare the place of the script with what is mounted there; a service that works proves that it is there."""
    workload = workload_of(evidence)
    asked = workload.spec
    if asked is None or any(one.is_ready for one in workload.pods):
        return
    for container in asked.containers:
        entry = entry_of(container)
        cover = over(mounts(workload, asked, container), entry.path) if entry else None
        if entry is None or cover is None or cover.files is None or entry.path in cover.files:
            continue
        if cover.mount.sub_path and not cover.files:
            continue  # the key that is no key is told by kubernetes.sub-path-no-key
        names = tuple(posixpath.basename(path) for path in cover.files)
        close = near(posixpath.basename(entry.path), names)
        where = cover.mount.mount_path
        yield Finding(
            title=titled(f"the {cover.kind} `{cover.name}` at {where} hides the code, and has no {entry.value}", 88),
            evidence=(
                quote_field(f"{workload.shown} container {container.name}", entry.setting, entry.value),
                Quote(source=f"{cover.kind} {cover.name} at {where}", text=f"files: {listed(sorted(names), 8)}"),
            ),
            about=(f"container:{container.name}", f"file:{entry.path}"),
            fixes=_fixes(workload, container.name, entry, cover, close),
            confirm=f"kubectl exec {workload.shown} -n {workload.namespace} -- ls -la {posixpath.dirname(entry.path)}",
        )


def _fixes(workload: Workload, container: str, entry: Entry, cover: Mounted, close: tuple[str, ...]) -> tuple[Fix, ...]:
    elsewhere = Fix(title=f"mount it elsewhere, if the image has the code at {posixpath.dirname(entry.path)}")
    if close and entry.setting == "AZUREML_ENTRY_SCRIPT":
        value = posixpath.join(posixpath.dirname(entry.value), close[0])
        fields = {"env": [{"name": entry.setting, "value": value}]}
        return (of_container(f"name the file `{close[0]}`, which it has", workload, container, fields), elsewhere)
    if cover.kind == "config map":
        name = posixpath.basename(entry.path)
        command = f"kubectl create configmap {cover.name} -n {workload.namespace} --from-file={name}=<score.py>"
        added = Fix(
            title=f"put {name} into the config map",
            safety=Safety.PLACEHOLDER,
            commands=(f"{command} --dry-run=client -o yaml | kubectl apply -f -",),
        )
        return (added, elsewhere)
    return (Fix(title=f"let an init container fill the {cover.kind}, or leave the mount away"), elsewhere)


ENV = {"name": "AZUREML_ENTRY_SCRIPT", "value": "score.py"}


def _asked(path: str = "/var/azureml-app", **mount: str) -> Made:
    return spec(env=[ENV], volumeMounts=[{"name": "code", "mountPath": path, **mount}])


MAP: Made = {"volumes": [{"name": "code", "configMap": {"name": "code"}}]}
EMPTY: Made = {"volumes": [{"name": "code", "emptyDir": {}}]}
LOAD: Made = {"initContainers": [{"name": "load", "volumeMounts": [{"name": "code", "mountPath": "/x"}]}]}
LOOP = waiting("CrashLoopBackOff", last=ended(3))
CASES = (
    fires(
        scene(
            controller=deployment(_asked(), **MAP),
            pods=(pod(LOOP, _asked(), **MAP),),
            config_maps=(keys("code", "Score.py"),),
        ),
        saw="the config map `code` at /var/azureml-app hides the code, and has no score.py",
        findings=1,
    ),
    fires(scene(controller=deployment(_asked(), **EMPTY)), saw="the empty volume `code`", findings=1),
    quiet(
        scene(
            controller=deployment(_asked("/var/azureml-app/score.py", subPath="main.py"), **MAP),
            config_maps=(keys("code", "score.py"),),
        ),
        name="a subPath that is no key is another problem",
    ),
    quiet(
        scene(
            controller=deployment(_asked(), **MAP), pods=(pod(LOOP, _asked()),), config_maps=(keys("code", "score.py"),)
        )
    ),
    quiet(
        scene(
            controller=deployment(_asked("/var/azureml-app/score.py", subPath="score.py"), **MAP),
            config_maps=(keys("code", "score.py"),),
        ),
        name="one file of it",
    ),
    quiet(scene(controller=deployment(_asked(), **EMPTY, **LOAD)), name="an init container fills it"),
    quiet(scene(controller=deployment(_asked(), **MAP)), name="config maps were not read"),
    quiet(
        scene(controller=deployment(_asked("/models"), **MAP), config_maps=(keys("code", "a"),)),
        name="mounted elsewhere",
    ),
    quiet(
        scene(
            controller=deployment(_asked(), **MAP), pods=(pod(running(), _asked()),), config_maps=(keys("code", "a"),)
        ),
        name="it answers",
    ),
)
