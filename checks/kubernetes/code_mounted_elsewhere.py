"""The entry script is mounted at another path than the server looks at.

What it finds
-------------
A config map or secret with a file of the entry script's name, mounted outside of the folder in which the server looks
for it, while nothing is mounted at that place.

Why it breaks
-------------
AZUREML_ENTRY_SCRIPT is looked up below AML_APP_ROOT (`/var/azureml-app` by default). The file is in the container,
at another path, and the server ends because it finds no entry script.

How to fix
----------
Set AML_APP_ROOT to the folder of the mount, or mount it where the server looks.

Learn more
----------
Azure Machine Learning inference HTTP server documentation: server parameters.
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.kubernetes.code_places import entry_of, mounts, over
from checks.kubernetes.mount_hides_code import SAYS_MISSING
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import Made, deployment, ended, keys, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.code-mounted-elsewhere",
    needs=("workload",),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.POSSIBLE,
    explains=SAYS_MISSING,
)
def code_mounted_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """The image may set the folder itself, so that only a log which misses the script makes a cause of it."""
    workload = workload_of(evidence)
    asked = workload.spec
    if asked is None or any(one.is_ready for one in workload.pods):
        return
    for container in asked.containers:
        entry, found = entry_of(container), mounts(workload, asked, container)
        if entry is None or entry.setting != "AZUREML_ENTRY_SCRIPT" or over(found, entry.path):
            continue
        name = posixpath.basename(entry.path)
        twin = next(
            ((one, path) for one in found for path in one.files or () if posixpath.basename(path) == name), None
        )
        if twin is None:
            continue
        mounted, path = twin
        suffix = "/" + entry.value.lstrip("./")
        root = path.removesuffix(suffix) if path.endswith(suffix) else posixpath.dirname(path)
        fields = {"env": [{"name": "AML_APP_ROOT", "value": root}]}
        yield Finding(
            title=titled(f"{name} is mounted at {posixpath.dirname(path)}, the server looks at {entry.path}", 88),
            evidence=(
                quote_field(f"{workload.shown} container {container.name}", entry.setting, entry.value),
                Quote(source=f"{mounted.kind} {mounted.name}", text=f"{name} at {path}"),
            ),
            about=(f"container:{container.name}", f"file:{entry.path}"),
            fixes=(of_container(f"let the server look at {root}", workload, container.name, fields),),
            confirm=f"kubectl logs {workload.shown} -n {workload.namespace} -c {container.name}",
        )


ENV = {"name": "AZUREML_ENTRY_SCRIPT", "value": "score.py"}
ROOT = {"name": "AML_APP_ROOT", "value": "/app"}
ONE = spec(env=[ENV], volumeMounts=[{"name": "code", "mountPath": "/app"}])
TOLD = spec(env=[ENV, ROOT], volumeMounts=[{"name": "code", "mountPath": "/app"}])
MAP: Made = {"volumes": [{"name": "code", "configMap": {"name": "code"}}]}
CODE = (keys("code", "score.py"),)
LOOP = waiting("CrashLoopBackOff", last=ended(3))
CASES = (
    fires(
        scene(controller=deployment(ONE, **MAP), pods=(pod(LOOP, ONE, **MAP),), config_maps=CODE),
        saw="score.py is mounted at /app, the server looks at /var/azureml-app/score.py",
        findings=1,
    ),
    quiet(scene(controller=deployment(TOLD, **MAP), pods=(pod(LOOP, TOLD, **MAP),), config_maps=CODE)),
    quiet(scene(controller=deployment(ONE, **MAP), pods=(pod(running(), ONE),), config_maps=CODE), name="it answers"),
    quiet(scene(controller=deployment(ONE, **MAP), pods=(pod(LOOP, ONE),), config_maps=(keys("code", "a"),))),
)
