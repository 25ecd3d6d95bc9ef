"""AZUREML_MODEL_DIR points outside of the volume that brings the model.

What it finds
-------------
A volume for models, by its name or path, mounted at one place, while AZUREML_MODEL_DIR names another one on no volume.

Why it breaks
-------------
The script opens its model below AZUREML_MODEL_DIR. The volume brings it to another path, so init() ends with
FileNotFoundError, unless the image itself has a model there.

How to fix
----------
Let AZUREML_MODEL_DIR name the folder in the volume, or mount the volume where it points.

Learn more
----------
Azure Machine Learning documentation, "Deploy and score a machine learning model": AZUREML_MODEL_DIR.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Volume
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.code_places import mounts, over, value_of
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import Made, deployment, ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled

VARIABLE = "AZUREML_MODEL_DIR"


@check(
    "kubernetes.model-dir-unmounted",
    needs=("workload",),
    stage=Stage.INIT,
    severity=Severity.WARNING,
    confidence=Confidence.POSSIBLE,
    explains=("logs.file-missing", "logs.model-file-missing", "runtime.file-missing", "container.model-folder-missing"),
)
def model_dir_unmounted(evidence: Evidence) -> Iterator[Finding]:
    """The image may have the model itself, so that only a log which misses it makes a cause of it."""
    workload = workload_of(evidence)
    asked = workload.spec
    if asked is None or any(one.is_ready for one in workload.pods):
        return
    for container in asked.containers:
        folder, found = value_of(container, VARIABLE).rstrip("/"), mounts(workload, asked, container)
        if not folder.startswith("/") or over(found, folder):
            continue
        if any(one.mount.mount_path.startswith(f"{folder}/") for one in found):
            continue
        models = next((one for one in found if _holds_models(asked.volume(one.mount.name), one.mount.mount_path)), None)
        if models is None:
            continue
        path = models.mount.mount_path
        source = f"{workload.shown} container {container.name}"
        yield Finding(
            title=titled(f"volume {models.mount.name} is at {path}, and {VARIABLE} says {folder}", 88),
            evidence=(
                quote_field(source, VARIABLE, folder),
                quote_field(source, "volumeMounts", f"{models.mount.name} at {path}"),
            ),
            about=(f"variable:{VARIABLE}", f"volume:{models.mount.name}"),
            fixes=(
                of_container(
                    "let it name the volume", workload, container.name, {"env": [{"name": VARIABLE, "value": path}]}
                ),
            ),
            confirm=f"kubectl exec {workload.shown} -n {workload.namespace} -c {container.name} -- ls -la {folder}",
        )


def _holds_models(volume: Volume | None, path: str) -> bool:
    if volume is None or volume.config_map or volume.secret or volume.projected:
        return False
    return "model" in volume.name.lower() or "model" in path.lower()


def _asked(folder: str, at: str = "/mnt/models", name: str = "models") -> Made:
    return spec(env=[{"name": VARIABLE, "value": folder}], volumeMounts=[{"name": name, "mountPath": at}])


SHARE: Made = {"volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": "models"}}]}
FLAGS: Made = {"volumes": [{"name": "models", "configMap": {"name": "models"}}]}
ELSEWHERE = _asked("/var/azureml-app/azureml-models")
LOOP = waiting("CrashLoopBackOff", last=ended(3))
CASES = (
    fires(
        scene(controller=deployment(ELSEWHERE, **SHARE), pods=(pod(LOOP, ELSEWHERE, **SHARE),)),
        saw="volume models is at /mnt/models",
        findings=1,
    ),
    quiet(scene(controller=deployment(_asked("/mnt/models/churn/7"), **SHARE)), name="below the mount"),
    quiet(scene(controller=deployment(_asked("/models", at="/models/churn"), **SHARE)), name="above the mount"),
    quiet(scene(controller=deployment(ELSEWHERE, **FLAGS)), name="a config map of that name"),
    quiet(scene(controller=deployment(ELSEWHERE, **SHARE), pods=(pod(running(), ELSEWHERE),)), name="it answers"),
)
