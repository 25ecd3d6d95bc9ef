"""A volume of the pod is not mounted.

What it finds
-------------
A volume that the kubelet, a storage driver or the attach controller cannot bring to the node, in words that no other
check reads: a damaged file system, a limit of the disks of a machine, an error of the driver.

Why it breaks
-------------
No container starts before all volumes of the pod are mounted, so it stays in ContainerCreating.

How to fix
----------
Read the words of the driver, and the log of its pod on that node.

Learn more
----------
Kubernetes documentation, "Volumes" and "Persistent Volumes".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.mounting import FailedMount, failed_mounts
from checks.kubernetes.scenes import Made, deployment, event, keys, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import one_line, titled


@check(
    "kubernetes.volume-not-mounted",
    needs=("workload",),
    stage=Stage.START,
    explains=tuple(one for one in VOLUME_WAITS if one != "kubernetes.volume-not-mounted"),
)
def volume_not_mounted(evidence: Evidence) -> Iterator[Finding]:
    """What the specialised checks leave over."""
    workload = workload_of(evidence)
    for mount in failed_mounts(workload, "other", "file-system", "object"):
        if mount.kind == "object" and _is_reference(mount):
            continue  # config maps and secrets are judged by what the namespace has
        node = mount.pod.spec.node_name or "<node>"
        damaged = mount.kind == "file-system"
        says = "has a file system that the node cannot read" if damaged else f"is not mounted: {_says(mount)}"
        claim = mount.volume.persistent_volume_claim if mount.volume else None
        commands = (
            *((f"kubectl describe pvc {claim.claim_name} -n {workload.namespace}",) if claim else ()),
            f"kubectl get pods -A -o wide --field-selector spec.nodeName={node}",
        )
        yield Finding(
            title=titled(f"volume {mount.name} {says}", 88),
            evidence=(*mount.quotes, mount.asked),
            about=mount.about,
            fixes=(Fix(title=f"read the log of the storage driver's pod on node {node}", commands=commands),),
            confirm=f"kubectl describe pod {mount.pod.name} -n {workload.namespace}",
        )


def _says(mount: FailedMount) -> str:
    return one_line(mount.words.rsplit("desc = ", 1)[-1], 60)


def _is_reference(mount: FailedMount) -> bool:
    volume = mount.volume
    return bool(volume and (volume.config_map or volume.secret or volume.projected or volume.azure_file))


CLAIM: Made = {"volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": "models"}}]}
CONFIG: Made = {"volumes": [{"name": "cfg", "configMap": {"name": "cfg"}}]}
ODD = event(
    "FailedMount", 'MountVolume.MountDevice failed for volume "models" : rpc error: code = Internal desc = odd answer'
)
DAMAGED = event(
    "FailedMount",
    'MountVolume.MountDevice failed for volume "models" : fsck found errors on device but could not correct',
)
NO_MAP = event("FailedMount", 'MountVolume.SetUp failed for volume "cfg" : configmap "cfg" not found')
SYNC = event(
    "FailedMount",
    'MountVolume.SetUp failed for volume "cfg" : failed to sync configmap cache: timed out waiting for the condition',
)
CREATING = waiting("ContainerCreating")
CASES = (
    fires(scene(pods=(pod(CREATING, **CLAIM),), events=(ODD,)), saw="volume models is not mounted: odd answer"),
    fires(scene(pods=(pod(CREATING, **CLAIM),), events=(DAMAGED,)), saw="has a file system", findings=1),
    quiet(
        scene(
            controller=deployment(**CONFIG),
            pods=(pod(CREATING, **CONFIG),),
            events=(NO_MAP,),
            config_maps=(keys("cfg"),),
        ),
        name="a config map that was made meanwhile",
    ),
    quiet(scene(pods=(pod(CREATING, **CONFIG),), events=(SYNC,)), name="a passing error"),
    quiet(scene(pods=(pod(running(), **CLAIM),), events=(ODD,)), name="it passed"),
)
