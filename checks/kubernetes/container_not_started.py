"""A container cannot be made or started, for a reason of the runtime.

What it finds
-------------
A container in CreateContainerError or RunContainerError, or ended by StartError or ContainerCannotRun, whose words no
other check reads: the name of an earlier container is still taken, the image has no command, or the runtime is slow.

Why it breaks
-------------
The kubelet asks the container runtime of the node to make and start the container, and it refuses. Nothing of the
service has run, so there is no log.

How to fix
----------
Cure what the message says. A name that stays taken is freed when the pod is deleted; a slow runtime is the node's
trouble.

Learn more
----------
Kubernetes documentation, "Debug Pods".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.begins import FailedStart, failed_starts
from checks.kubernetes.command_not_found import FOLLOWS
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import ended, pod, running, scene, waiting
from checks.kubernetes.seen import PodContainer, quote_field, workload_of
from checks.runtime.wording import one_line, titled


@check(
    "kubernetes.container-not-started",
    needs=("workload",),
    stage=Stage.START,
    explains=tuple(one for one in FOLLOWS if one != "kubernetes.container-not-started"),
)
def container_not_started(evidence: Evidence) -> Iterator[Finding]:
    """What the specialised checks leave over."""
    workload = workload_of(evidence)
    for start in failed_starts(workload, "name", "no-command", "other", "port", "network"):
        one = start.one
        yield Finding(
            title=titled(_title(start), 88),
            evidence=(*start.quotes, quote_field(one.shown, "image", one.spec.image)),
            confidence=Confidence.LIKELY if start.kind == "other" else Confidence.CERTAIN,
            about=start.about,
            fixes=_fixes(evidence, start),
            confirm=f"kubectl describe pod {one.pod.name} -n {workload.namespace}",
        )


def _title(start: FailedStart) -> str:
    name = start.one.name
    if start.kind == "name":
        return f"container {name} cannot be made: its name is taken by an earlier one on the node"
    if start.kind == "no-command":
        return f"the image `{start.one.spec.image}` has no command, and the pod gives none"
    if "context deadline exceeded" in start.words or not start.words:
        return f"the runtime of node {start.one.pod.spec.node_name} does not get container {name} going in time"
    return f"container {name} cannot be started: {one_line(start.words.rsplit(': unknown', 1)[0][-60:], 60)}"


def _fixes(evidence: Evidence, start: FailedStart) -> tuple[Fix, ...]:
    workload, one = workload_of(evidence), start.one
    if start.kind == "no-command":
        fields = {"command": ["azmlinfsrv", "--entry_script", "<score.py>", "--port", "5001"]}
        return (of_container("give the container a command", workload, one.name, fields, init=one.init),)
    anew = Fix(title="delete the pod, so that a new one is made", commands=(_delete(one, workload.namespace),))
    if start.kind == "name":
        return (anew,)
    node = one.pod.spec.node_name or "<node>"
    look = Fix(title="look at the node: its disk, its memory, its runtime", commands=(f"kubectl describe node {node}",))
    return (look, anew)


def _delete(one: PodContainer, namespace: str) -> str:
    return f"kubectl delete pod {one.pod.name} -n {namespace}"


TAKEN = (
    "Error response from daemon: Conflict. The container name "
    '"/k8s_inference-server_score-1_team-a_1_0" is already in use by container "ab12". You have to remove it'
)
RESERVED = 'failed to reserve container name "inference-server_score-1_team-a_1_0": name is reserved for "ab12"'
EMPTY = "Error response from daemon: No command specified"
ODD = (
    "OCI runtime create failed: runc create failed: unable to start container process: error adding seccomp filter rule"
)
CASES = (
    fires(scene(pods=(pod(waiting("CreateContainerError", TAKEN)),)), saw="its name is taken", findings=1),
    fires(scene(pods=(pod(waiting("CreateContainerError", RESERVED)),)), saw="its name is taken"),
    fires(scene(pods=(pod(waiting("CreateContainerError", EMPTY)),)), saw="has no command"),
    fires(scene(pods=(pod(waiting("CreateContainerError", "context deadline exceeded")),)), saw="in time"),
    fires(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(128, "StartError", ODD))),)), saw="seccomp"),
    quiet(scene(pods=(pod(running(last=ended(128, "StartError", ODD))),)), name="it runs now"),
    quiet(scene(pods=(pod(waiting("CrashLoopBackOff", last=ended(3))),)), name="the service itself ended"),
    quiet(
        scene(pods=(pod(waiting("CreateContainerError", 'exec: "x": executable file not found in $PATH')),)),
        name="told by another check",
    ),
)
