"""The share, export, disk or container behind a volume does not exist.

What it finds
-------------
A mount or an attach for which the storage was reached, and has nothing of that name or path.

Why it breaks
-------------
The server knows the caller and not the thing: a share or blob container that was deleted or misspelt, a path that the
NFS server does not export, a disk that is gone. The pod stays in ContainerCreating.

How to fix
----------
Correct the name in the volume, or create the share, container or folder.

Learn more
----------
Azure documentation, "Troubleshoot Azure Files mount errors in AKS": error 2. mount.nfs(8).
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.mounting import FailedMount, failed_mounts
from checks.kubernetes.scenes import Made, event, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.volume-absent",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.LIKELY,
    explains=(*VOLUME_WAITS, "logs.share-not-found"),
)
def volume_absent(evidence: Evidence) -> Iterator[Finding]:
    """Name what the pod asks for."""
    workload = workload_of(evidence)
    for mount in failed_mounts(workload, "absent"):
        yield Finding(
            title=titled(f"what volume {mount.name} mounts does not exist: {mount.shown}", 88),
            evidence=(*mount.quotes, mount.asked),
            about=mount.about,
            fixes=(_fix(workload.namespace, mount),),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _fix(namespace: str, mount: FailedMount) -> Fix:
    volume = mount.volume
    if volume and volume.nfs:
        command = f"showmount -e {volume.nfs.server}"
        return Fix(title=f"name a path that {volume.nfs.server} exports", commands=(command,))
    if volume and volume.azure_file:
        return Fix(
            title=f"create the share {volume.azure_file.share_name}, or correct its name",
            safety=Safety.PLACEHOLDER,
            commands=(f"az storage share-rm create --storage-account <account> -n {volume.azure_file.share_name}",),
        )
    if volume and volume.persistent_volume_claim:
        claim = volume.persistent_volume_claim.claim_name
        return Fix(
            title="look which disk or share the claim's volume names",
            commands=(f"kubectl describe pvc {claim} -n {namespace}",),
        )
    return Fix(title="create what the volume names, or correct the name")


SHARE: Made = {"volumes": [{"name": "models", "azureFile": {"secretName": "storage", "shareName": "model"}}]}
NFS: Made = {"volumes": [{"name": "models", "nfs": {"server": "10.0.0.9", "path": "/model"}}]}
TWO = event(
    "FailedMount",
    'MountVolume.SetUp failed for volume "models" : mount failed: Output: mount error(2): No such file or directory',
)
EXPORT = event(
    "FailedMount",
    'MountVolume.SetUp failed for volume "models" : mount failed: exit status 32 Output: mount.nfs: mounting '
    "10.0.0.9:/model failed, reason given by server: No such file or directory",
)
LATER = event(
    "FailedMount",
    "Unable to attach or mount volumes: unmounted volumes=[cfg], unattached volumes=[cfg models]: timed out waiting",
    last="2026-11-20T18:17:00Z",
)
CREATING = waiting("ContainerCreating")
CASES = (
    fires(scene(pods=(pod(CREATING, **SHARE),), events=(TWO,)), saw="Azure file share model", findings=1),
    fires(scene(pods=(pod(CREATING, **NFS),), events=(EXPORT,)), saw="NFS 10.0.0.9:/model"),
    quiet(scene(pods=(pod(CREATING, **SHARE),), events=(TWO, LATER)), name="mounted meanwhile, another one is not"),
    quiet(scene(pods=(pod(running(), **SHARE),), events=(TWO,))),
)
