"""The node cannot mount this kind of volume: its driver or its mount program is missing.

What it finds
-------------
A mount that failed because the CSI driver is not registered on the node, no plugin takes the volume, or the node lacks
the program for the file system (`mount.nfs`, `mount.cifs`).

Why it breaks
-------------
A CSI volume is mounted by its driver's own pod on the same node; older kinds by a program of the node. Neither answers:
the driver is not installed, its pod does not run there, or the node's image has no such package.

How to fix
----------
Install or enable the driver, or the package on every node; look at the driver's pod on that node.

Learn more
----------
Kubernetes documentation, "Volumes": csi. Azure documentation, "CSI storage drivers on AKS".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.mounting import failed_mounts
from checks.kubernetes.scenes import Made, event, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled

PACKAGES = {"nfs": "nfs-common", "nfs4": "nfs-common", "cifs": "cifs-utils", "fuse": "fuse3", "ceph": "ceph-common"}
AKS = {"disk.csi.azure.com": "--enable-disk-driver", "file.csi.azure.com": "--enable-file-driver"}
AKS |= {"blob.csi.azure.com": "--enable-blob-driver"}


@check(
    "kubernetes.volume-driver-missing",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*VOLUME_WAITS, "logs.csi-driver-missing"),
)
def volume_driver_missing(evidence: Evidence) -> Iterator[Finding]:
    """Tell a driver of the cluster from a program of the node."""
    workload = workload_of(evidence)
    for mount in failed_mounts(workload, "driver"):
        node, what = mount.pod.spec.node_name, mount.what.strip("'\" ")
        if what in PACKAGES or "need a /sbin/mount." in mount.words:
            title = f"node {node} has no program to mount {what} (volume {mount.name})"
            package = PACKAGES.get(what, "<package>")
            cure = Fix(
                title="install it on every node",
                safety=Safety.REVIEW if what in PACKAGES else Safety.PLACEHOLDER,
                commands=(f"sudo apt-get install {package}",),
            )
        else:
            lacks = "is not installed" if "CSIDriver object" in mount.words else f"does not run on node {node}"
            title = f"the storage driver {what or 'of the volume'} {lacks} (volume {mount.name})"
            option = AKS.get(what)
            cure = Fix(
                title="install or enable the driver",
                safety=Safety.PLACEHOLDER if option else Safety.REVIEW,
                commands=(f"az aks update -g <resource-group> -n <cluster> {option}",) if option else (),
            )
        yield Finding(
            title=titled(title, 88),
            evidence=(*mount.quotes, mount.asked),
            about=(*mount.about, f"node:{node}", *((f"driver:{what}",) if what else ())),
            fixes=(
                cure,
                Fix(
                    title="look which drivers the node has, and at their pods",
                    commands=("kubectl get csidrivers,csinodes", f"kubectl get pods -A -o wide | grep {node}"),
                ),
            ),
            confirm=f"kubectl get csinode {node} -o yaml",
        )


BLOB: Made = {"volumes": [{"name": "models", "csi": {"driver": "blob.csi.azure.com"}}]}
NFS: Made = {"volumes": [{"name": "models", "nfs": {"server": "10.0.0.9", "path": "/models"}}]}
NO_DRIVER = (
    'MountVolume.SetUp failed for volume "models" : kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: '
    "driver name blob.csi.azure.com not found in the list of registered CSI drivers"
)
NO_HELPER = (
    'MountVolume.SetUp failed for volume "models" : mount failed: exit status 32 Output: mount: '
    "/x: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.nfs helper program."
)
NO_OBJECT = (
    'MountVolume.NewMounter initialization failed for volume "models" : volume mode "Ephemeral" not supported by '
    "driver blob.csi.azure.com (no CSIDriver object)"
)
CREATING = waiting("ContainerCreating")
CASES = (
    fires(
        scene(pods=(pod(CREATING, **BLOB),), events=(event("FailedMount", NO_DRIVER),)),
        saw="the storage driver blob.csi.azure.com does not run on node node1",
        findings=1,
    ),
    fires(
        scene(pods=(pod(CREATING, **NFS),), events=(event("FailedMount", NO_HELPER),)),
        saw="node node1 has no program to mount nfs",
    ),
    fires(
        scene(pods=(pod(CREATING, **BLOB),), events=(event("FailedMount", NO_OBJECT),)),
        saw="the storage driver blob.csi.azure.com is not installed",
    ),
    quiet(scene(pods=(pod(running(), **BLOB),), events=(event("FailedMount", NO_DRIVER),)), name="it passed"),
)
