"""The pod's disk is still attached to another node.

What it finds
-------------
"Multi-Attach error": a volume that only one node may have, held by a pod on another one.

Why it breaks
-------------
A disk (ReadWriteOnce) can be used on one node at a time. In a rolling update the new pod is made before the old one
goes; on another node it waits for a disk that the old pod holds, and the old pod waits until the new one is ready.

How to fix
----------
Let the deployment take the old pod away first (`Recreate`), or use a file share (ReadWriteMany). Of a node that died,
delete the old pod by force.

Learn more
----------
Kubernetes documentation, "Persistent Volumes": access modes.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.mounting import failed_mounts
from checks.kubernetes.patching import patched
from checks.kubernetes.scenes import Made, event, pod, running, scene, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled

_HOLDER = re.compile(r"used by pod\(s\) (?P<pods>[\w., -]+)|used by (?P<count>\d+) pod")


@check(
    "kubernetes.volume-attached-elsewhere",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*VOLUME_WAITS, "logs.volume-attached-elsewhere"),
)
def volume_attached_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """Name the pod that holds it, where the message does."""
    workload = workload_of(evidence)
    for mount in failed_mounts(workload, "attached"):
        held = _HOLDER.search(mount.words)
        by = (held["pods"] or "").strip() if held else ""
        holder = f"pod {by}" if by else "another node"
        body = {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}
        anew = patched(
            "take the old pod away before the new one comes", workload.kind, workload.name, workload.namespace, body
        )
        free = Fix(
            title="delete the pod that holds it, if its node is gone or it is not needed any more",
            commands=(f"kubectl delete pod {by.split(',')[0] or '<pod>'} -n {workload.namespace}",),
        )
        yield Finding(
            title=titled(f"volume {mount.name} is still attached for {holder} (Multi-Attach error)", 88),
            evidence=(*mount.quotes, mount.asked),
            about=mount.about,
            fixes=(anew, free) if workload.kind == "Deployment" else (free,),
            confirm="kubectl get volumeattachments",
        )


CLAIM: Made = {"volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": "models"}}]}
CLAIMS = ({"metadata": {"name": "models"}, "spec": {"volumeName": "pvc-1"}, "status": {"phase": "Bound"}},)
USED = event(
    "FailedAttachVolume",
    'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) score-old-1',
    reporter="attachdetach-controller",
)
ONE_NODE = event(
    "FailedAttachVolume",
    'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached',
)
DONE = event("SuccessfulAttachVolume", 'AttachVolume.Attach succeeded for volume "pvc-1"', type="Normal")
CREATING = waiting("ContainerCreating")
CASES = (
    fires(
        scene(pods=(pod(CREATING, **CLAIM),), events=(USED,), claims=CLAIMS),
        saw="volume models is still attached for pod score-old-1",
        findings=1,
    ),
    fires(scene(pods=(pod(CREATING, **CLAIM),), events=(ONE_NODE,)), saw="another node", name="claims were not read"),
    quiet(scene(pods=(pod(running(), **CLAIM),), events=(USED, DONE)), name="attached in the end"),
)
