"""The storage behind a volume does not answer the node.

What it finds
-------------
A mount that ended in a time-out, a refused connection, or a host name that does not resolve.

Why it breaks
-------------
The node connects to the storage's server (NFS port 2049, SMB port 445, HTTPS) before any container starts. Nothing
answers: a firewall or route between, a wrong address, or a private name that the node's name server does not know.

How to fix
----------
Open the way from the nodes to the storage, or correct the server's name.

Learn more
----------
Azure documentation, "Troubleshoot Azure Files mount errors in AKS": errors 110, 111, 112 and 115.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.mounting import FailedMount, failed_mounts
from checks.kubernetes.scenes import Made, event, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled

_HOST = re.compile(r"//(?P<share>[\w.-]+)/|lookup (?P<name>[\w.-]+)|(?P<blob>[\w-]+\.(?:file|blob|dfs)\.core\.[\w.]+)")
_UNKNOWN = re.compile(r"(?i)no such host|name or service not known|could not resolve")


@check(
    "kubernetes.volume-unreachable",
    needs=("workload",),
    stage=Stage.START,
    explains=VOLUME_WAITS,
)
def volume_unreachable(evidence: Evidence) -> Iterator[Finding]:
    """Tell a name that does not resolve from a server that does not answer."""
    workload = workload_of(evidence)
    for mount in failed_mounts(workload, "unreachable"):
        host, node = _host(mount), mount.pod.spec.node_name or "<node>"
        named = host or "the storage"
        says = "does not resolve" if _UNKNOWN.search(mount.words) else "does not answer"
        port = 2049 if mount.volume and mount.volume.nfs else 445
        attempt = f"nslookup {host}" if says == "does not resolve" else f"nc -vz {host or '<host>'} {port}"
        yield Finding(
            title=titled(f"{named} of volume {mount.name} {says} from node {node}", 88),
            evidence=(*mount.quotes, mount.asked),
            confidence=Confidence.CERTAIN if host else Confidence.LIKELY,
            about=(*mount.about, *((f"host:{host}",) if host else ())),
            fixes=(
                Fix(
                    title="try the way from the node, and open it in firewall, route table or private DNS",
                    commands=(f"kubectl debug node/{node} -it --image=busybox -- {attempt}",),
                ),
            ),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _host(mount: FailedMount) -> str:
    if mount.volume and mount.volume.nfs:
        return mount.volume.nfs.server
    found = _HOST.search(mount.words)
    return next((value for value in found.groups() if value), "") if found else ""


NFS: Made = {"volumes": [{"name": "models", "nfs": {"server": "10.0.0.9", "path": "/models"}}]}
SLOW = event(
    "FailedMount",
    'MountVolume.SetUp failed for volume "models" : mount failed: Output: mount.nfs: Connection timed out',
)
SMB = event(
    "FailedMount",
    'MountVolume.SetUp failed for volume "models" : mount failed: exit status 32 Mounting arguments: -t cifs '
    "//acct.file.core.windows.net/models /x Output: mount error(112): Host is down",
)
WRAPPER = event(
    "FailedMount",
    "Unable to attach or mount volumes: unmounted volumes=[models], unattached volumes=[models]: timed out waiting for "
    "the condition",
)
CREATING = waiting("ContainerCreating")
CASES = (
    fires(scene(pods=(pod(CREATING, **NFS),), events=(SLOW,)), saw="10.0.0.9 of volume models does not answer"),
    fires(
        scene(pods=(pod(CREATING, volumes=[{"name": "models"}]),), events=(SMB,)),
        saw="acct.file.core.windows.net",
        findings=1,
    ),
    quiet(scene(pods=(pod(CREATING, **NFS),), events=(WRAPPER,)), name="a summary alone says nothing of the network"),
    quiet(scene(pods=(pod(running(), **NFS),), events=(SLOW,)), name="it passed"),
)
