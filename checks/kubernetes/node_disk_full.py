"""The node has no room for the image or the container.

What it finds
-------------
A pull, or the making of a container, that ended with "no space left on device".

Why it breaks
-------------
Images of model services are large, and an image needs its packed and its unpacked size on the node's disk for a while.
The disk is full, so the layer cannot be written; the kubelet clears unused images and tries again.

How to fix
----------
Take nodes with a larger disk, make the image smaller (keep models out of it), or send the pod to another node.

Learn more
----------
Kubernetes documentation, "Garbage collection of unused containers and images".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import FailedStart, failed_starts
from checks.kubernetes.pull_cures import FOLLOWS
from checks.kubernetes.pulling import FailedPull, failed_pulls
from checks.kubernetes.scenes import pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.node-disk-full",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.image-disk-full", "logs.disk-full"),
)
def node_disk_full(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each image or container that finds no room."""
    workload = workload_of(evidence)
    full: tuple[FailedPull | FailedStart, ...] = (
        *failed_pulls(workload, "disk"),
        *failed_starts(workload, "disk"),
    )
    for failed in full:
        where = failed.one.pod.spec.node_name or "<node>"
        yield Finding(
            title=titled(f"the disk of node {where} is full: no room for `{failed.one.spec.image}`", 88),
            evidence=failed.quotes,
            about=(f"image:{failed.one.spec.image}", f"container:{failed.one.name}", f"node:{where}"),
            fixes=(
                Fix(
                    title="let the pod go to another node, and clear this one",
                    commands=(
                        f"kubectl cordon {where}",
                        f"kubectl delete pod {failed.one.pod.name} -n {workload.namespace}",
                        f"kubectl describe node {where}",
                    ),
                ),
                Fix(title="keep models out of the image, or take nodes with a larger disk"),
            ),
            confirm=f"kubectl describe node {where}",
        )


DOCKER = "failed to register layer: Error processing tar file(exit status 1): write /opt/m.bin: no space left on device"
NEW = "failed to extract layer sha256:00: write /var/lib/containerd/x: no space left on device: unknown"
CASES = (
    fires(scene(pods=(pod(waiting("ErrImagePull", DOCKER), spec(image="r.io/a:1")),)), saw="node1 is full"),
    fires(scene(pods=(pod(waiting("ErrImagePull", NEW)),)), findings=1, name="containerd"),
    fires(
        scene(
            pods=(pod(waiting("CreateContainerError", "mkdir /var/lib/docker/overlay2/x: no space left on device")),)
        ),
        findings=1,
        name="the container's own layer",
    ),
    quiet(scene(pods=(pod(running()),))),
    quiet(scene(pods=(pod(waiting("ErrImagePull", "manifest unknown")),))),
)
