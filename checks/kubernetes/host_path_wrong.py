"""A path of the node that the pod mounts is missing there, or of another type.

What it finds
-------------
A `hostPath` volume that the kubelet refuses because the path is no directory, file, socket or device as its `type`
demands.

Why it breaks
-------------
The path is looked up on the node that the pod was given, and every node has its own disk. Models that were copied to
one node are not on the next; the pod stays in ContainerCreating there.

How to fix
----------
Take a volume that does not depend on the node; or make the path on every node, or pin the pod to the one that has it.

Learn more
----------
Kubernetes documentation, "Volumes": hostPath types.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.absent import VOLUME_WAITS
from checks.kubernetes.mounting import failed_mounts
from checks.kubernetes.patching import of_template
from checks.kubernetes.scenes import Made, event, pod, running, scene, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.host-path-wrong",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*VOLUME_WAITS, "logs.host-path-wrong"),
)
def host_path_wrong(evidence: Evidence) -> Iterator[Finding]:
    """Name the path, the type that is demanded, and the node."""
    workload = workload_of(evidence)
    for mount in failed_mounts(workload, "host-path"):
        path = mount.volume.host_path if mount.volume else None
        node = mount.pod.spec.node_name
        body = {"nodeSelector": {"kubernetes.io/hostname": "<node that has it>"}}
        made = (
            {"volumes": [{"name": mount.name, "hostPath": {"path": path.path, "type": "DirectoryOrCreate"}}]}
            if path
            else {}
        )
        anew = of_template("let the node make an empty folder (DirectoryOrCreate)", workload, made)
        there = Fix(title=f"put {path.path if path else 'the path'} on node {node}")
        yield Finding(
            title=titled(f"on node {node}, {mount.what.strip() or 'the hostPath of a volume is wrong'}", 88),
            evidence=(
                *mount.quotes,
                *(
                    (quote_field(f"pod/{mount.pod.name}", f"volumes[{mount.name}].hostPath.type", path.type),)
                    if path
                    else ()
                ),
            ),
            about=(*mount.about, *((f"file:{path.path}",) if path else ()), f"node:{node}"),
            fixes=(
                there,
                of_template("send the pods to the node that has the path", workload, body),
                *((anew,) if path and path.type == "Directory" else ()),
            ),
            confirm=f"kubectl get pods -n {workload.namespace} -o wide",
        )


VOLUME: Made = {"volumes": [{"name": "models", "hostPath": {"path": "/data/models", "type": "Directory"}}]}
FAILED = event(
    "FailedMount",
    'MountVolume.SetUp failed for volume "models" : hostPath type check failed: /data/models is not a directory',
)
CREATING = waiting("ContainerCreating")
CASES = (
    fires(
        scene(pods=(pod(CREATING, **VOLUME),), events=(FAILED,)),
        saw="on node node1, /data/models is not a directory",
        findings=1,
    ),
    quiet(scene(pods=(pod(running(), **VOLUME),), events=(FAILED,)), name="it passed"),
    quiet(scene(pods=(pod(CREATING, **VOLUME, name="other"),), events=(FAILED,)), name="of an earlier pod"),
)
