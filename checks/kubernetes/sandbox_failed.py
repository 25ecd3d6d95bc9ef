"""The sandbox of the pod cannot be made on the node.

What it finds
-------------
A runtime handler that the node does not have (`runtimeClassName`), a pause image that does not arrive, or another error
of the container runtime before any container of the pod.

Why it breaks
-------------
Each pod gets a sandbox first, a small container that holds its network. The runtime of the node cannot make it, so the
pod stays in ContainerCreating.

How to fix
----------
Take a runtime class that the node has; let the node reach the registry of the pause image; restart the runtime or
replace the node.

Learn more
----------
Kubernetes documentation, "Runtime Class" and "Container Runtimes": overriding the sandbox (pause) image.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.kubernetes.patching import of_template
from checks.kubernetes.sandboxes import FailedSandbox, failed_sandboxes
from checks.kubernetes.scenes import event, pod, running, scene, waiting
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.stuck import UPSHOT
from checks.runtime.wording import one_line, titled


@check(
    "kubernetes.sandbox-failed",
    needs=("workload",),
    stage=Stage.START,
    explains=(*UPSHOT, "logs.sandbox-failed"),
)
def sandbox_failed(evidence: Evidence) -> Iterator[Finding]:
    """What addresses and network do not explain."""
    workload = workload_of(evidence)
    for one in failed_sandboxes(workload, "handler", "image", "other"):
        handler = one.pod.spec.runtime_class_name
        seen = (quote_field(f"pod/{one.pod.name}", "spec.runtimeClassName", handler),) if handler else ()
        yield Finding(
            title=titled(_title(one), 88),
            evidence=(*one.quotes, *seen),
            about=one.about,
            fixes=_fixes(workload, one),
            confirm=f"kubectl describe pod {one.pod.name} -n {workload.namespace}",
        )


def _title(one: FailedSandbox) -> str:
    if one.kind == "handler":
        return f"node {one.node} has no runtime `{one.what or one.pod.spec.runtime_class_name}`"
    if one.kind == "image":
        return f"node {one.node} cannot pull the pause image `{one.what}`"
    return f"node {one.node} cannot make the pod's sandbox: {one_line(one.words.rsplit('desc = ', 1)[-1], 50)}"


def _fixes(workload: Workload, one: FailedSandbox) -> tuple[Fix, ...]:
    moved = Fix(
        title="let the pod go to another node, and look at the runtime of this one",
        commands=(
            f"kubectl cordon {one.node}",
            f"kubectl delete pod {one.pod.name} -n {workload.namespace}",
            f"kubectl describe node {one.node}",
        ),
    )
    if one.kind == "handler":
        return (of_template("do without the runtime class", workload, {"runtimeClassName": None}), moved)
    if one.kind == "image":
        return (Fix(title=f"let the node reach the registry of {one.what}, or load the image into it"), moved)
    return (moved,)


START = "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox "
HANDLER = event("FailedCreatePodSandBox", f'{START}runtime: no runtime for "nvidia" is configured')
PAUSE = event("FailedCreatePodSandBox", f'{START}image "registry.k8s.io/pause:3.9": failed to pull image: i/o timeout')
SLOW = event(
    "FailedCreatePodSandBox", "Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = too slow"
)
CREATING = waiting("ContainerCreating")
CASES = (
    fires(
        scene(pods=(pod(CREATING, runtimeClassName="nvidia"),), events=(HANDLER,)),
        saw="node node1 has no runtime `nvidia`",
        findings=1,
    ),
    fires(scene(pods=(pod(CREATING),), events=(PAUSE,)), saw="cannot pull the pause image `registry.k8s.io/pause:3.9`"),
    fires(scene(pods=(pod(CREATING),), events=(SLOW,)), saw="too slow"),
    quiet(scene(pods=(pod(running()),), events=(HANDLER,)), name="it passed"),
)
