"""A config map that the pods need does not exist.

What it finds
-------------
A config map named by a variable, by `envFrom` or by a volume, not optional, that the namespace does not have.

Why it breaks
-------------
The kubelet cannot fill the variable (CreateContainerConfigError) or the volume (FailedMount, the pod stays in
ContainerCreating), and starts nothing until the config map is there. Config maps are not shared between namespaces.

How to fix
----------
Make the config map in the pods' namespace, correct its name, or mark the reference `optional: true`.

Learn more
----------
Kubernetes documentation, "ConfigMaps".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.absent import VOLUME_WAITS, absent
from checks.kubernetes.scenes import Made, deployment, event, keys, pod, running, scene, spec, waiting


@check(
    "kubernetes.config-map-missing",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*VOLUME_WAITS, "logs.configmap-missing"),
)
def config_map_missing(evidence: Evidence) -> Iterator[Finding]:
    """An error where a pod waits for it; a warning where the next pod will."""
    yield from absent(evidence, "config map")


VOLUME: Made = {"volumes": [{"name": "cfg", "configMap": {"name": "feature-flags"}}]}
OPTIONAL: Made = {"volumes": [{"name": "cfg", "configMap": {"name": "feature-flags", "optional": True}}]}
FAILED = event("FailedMount", 'MountVolume.SetUp failed for volume "cfg" : configmap "feature-flags" not found')
SYNC = event("FailedMount", 'MountVolume.SetUp failed for volume "cfg" : failed to sync configmap cache: timed out')
ENV = spec(env=[{"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "levels", "key": "log"}}}])
CREATING = waiting("ContainerCreating")
CASES = (
    fires(
        scene(
            controller=deployment(**VOLUME),
            pods=(pod(CREATING, **VOLUME),),
            events=(FAILED,),
            config_maps=(keys("feature_flags", "a"),),
        ),
        saw="`feature_flags`",
        findings=1,
    ),
    fires(
        scene(controller=deployment(**VOLUME), pods=(pod(CREATING, **VOLUME),), config_maps=()),
        saw="the config map `feature-flags` does not exist",
        name="the events are gone",
    ),
    fires(
        scene(controller=deployment(**VOLUME), pods=(pod(CREATING, **VOLUME),), events=(FAILED,)),
        findings=1,
        name="config maps were not read",
    ),
    fires(
        scene(
            controller=deployment(ENV),
            pods=(pod(waiting("CreateContainerConfigError", 'configmap "levels" not found'), ENV),),
        ),
        saw="env LEVEL of container inference-server",
    ),
    fires(
        scene(controller=deployment(**VOLUME), pods=(pod(running(), **VOLUME),), config_maps=()),
        findings=1,
        name="deleted while the pod runs: a warning",
    ),
    quiet(
        scene(
            controller=deployment(**VOLUME),
            pods=(pod(CREATING, **VOLUME),),
            events=(FAILED,),
            config_maps=(keys("feature-flags", "a"),),
        ),
        name="made meanwhile",
    ),
    quiet(scene(controller=deployment(**OPTIONAL), pods=(pod(running(), **OPTIONAL),), config_maps=())),
    quiet(
        scene(controller=deployment(**VOLUME), pods=(pod(running(), **VOLUME),), events=(SYNC,)), name="a passing error"
    ),
    quiet(scene(controller=deployment(**VOLUME), config_maps=(), from_files=True), name="it may be in the cluster"),
)
