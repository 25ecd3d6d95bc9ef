"""The runtime of the node cannot give the container a GPU.

What it finds
-------------
A container that never began, because the hook or the device description of the NVIDIA runtime failed.

Why it breaks
-------------
Before the command begins, the NVIDIA toolkit mounts driver and devices into the container. The node's driver is
missing, older than the CUDA version that the image demands, or the device is gone.

How to fix
----------
Take an image for the CUDA version that the node's driver supports, update the driver, or send the pod to a GPU node.

Learn more
----------
NVIDIA Container Toolkit documentation, "Troubleshooting". Kubernetes documentation, "Schedule GPUs".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import failed_starts
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.scenes import ended, pod, running, scene, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.runtime.wording import titled

_CUDA = re.compile(r"unsatisfied condition: (?P<what>cuda\s*>=?\s*[\d.]+)", re.IGNORECASE)


@check(
    "kubernetes.gpu-not-given",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "container.gpu-not-given"),
)
def gpu_not_given(evidence: Evidence) -> Iterator[Finding]:
    """Tell a driver that is too old from one that is not there."""
    workload = workload_of(evidence)
    for start in failed_starts(workload, "gpu", "device"):
        one, node = start.one, start.one.pod.spec.node_name or "<node>"
        asked = one.spec.resources.limits
        if demand := _CUDA.search(start.words):
            title = f"the GPU driver of node {node} is too old for the image: it demands {demand['what']}"
            fix = Fix(title="build on an image for the CUDA version of the driver, or update the node's driver")
        else:
            title = f"the runtime of node {node} gives container {one.name} no GPU"
            fix = Fix(title="mend the driver and the NVIDIA toolkit of the node, or send the pod to another GPU node")
        look = Fix(
            title="look which driver the node has, and what its device plugin says",
            commands=(f"kubectl describe node {node}", "kubectl get pods -A -o wide | grep -i nvidia"),
        )
        yield Finding(
            title=titled(title, 88),
            evidence=(*start.quotes, quote_field(one.shown, "resources.limits", asked or "none")),
            about=(*start.about, f"node:{node}"),
            fixes=(fix, look),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


HOOK = (
    "OCI runtime create failed: runc create failed: unable to start container process: error during container init: "
    "error running hook #0: error running hook: exit status 1, stdout: , stderr: nvidia-container-cli: "
)
CUDA = f"{HOOK}requirement error: unsatisfied condition: cuda>=12.4, please update your driver to a newer version"
NONE = f"{HOOK}initialization error: nvml error: driver not loaded: unknown"
CDI = "failed to create containerd task: CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all"
CASES = (
    fires(
        scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(128, "StartError", CUDA))),)),
        saw="it demands cuda>=12.4",
        findings=1,
    ),
    fires(scene(pods=(pod(waiting("RunContainerError", NONE)),)), saw="gives container inference-server no GPU"),
    fires(scene(pods=(pod(waiting("CreateContainerError", CDI)),)), findings=1),
    quiet(scene(pods=(pod(running(last=ended(128, "StartError", NONE))),))),
    quiet(scene(pods=(pod(waiting("CreateContainerError", "context deadline exceeded")),))),
)
