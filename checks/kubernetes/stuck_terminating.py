"""A pod hangs in its deletion.

What it finds
-------------
Pods that should have been gone for over a minute: with finalizers that nobody has taken away, on a node that does not
answer, or with containers that cannot be killed.

Why it breaks
-------------
A deleted pod stays until its kubelet has ended it and every finalizer has been taken away by its owner. As long as it
stays, a stateful set makes no replacement, a `Recreate` rollout waits, and its volume stays attached.

How to fix
----------
Bring the node back; take a finalizer away whose owner is gone; delete the pod by force only when its processes are
surely gone, as two of them may otherwise write to one volume.

Learn more
----------
Kubernetes documentation, "Finalizers", "Force delete stateful set pods".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Pod
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.ends import duration
from checks.kubernetes.patching import patched
from checks.kubernetes.rollout import is_up
from checks.kubernetes.scenes import Made, deployment, event, pod, running, scene
from checks.kubernetes.seen import age, events, quote_event, quote_field, workload_of
from checks.runtime.wording import titled

SLOW = 60.0  # seconds past the grace period
SHOWN = 3


@check(
    "kubernetes.stuck-terminating",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.progress-deadline", "kubernetes.not-ready"),
)
def stuck_terminating(evidence: Evidence) -> Iterator[Finding]:
    """One finding for the pod that hangs longest; the others are counted."""
    workload = workload_of(evidence)
    late = {each.name: age(workload, each.metadata.deletion_timestamp) or 0.0 for each in workload.pods}
    stuck = [each for each in workload.pods if each.metadata.deletion_timestamp and late[each.name] > SLOW]
    if not stuck:
        return
    worst = max(stuck, key=lambda each: late[each.name])
    held = f": held by finalizer {worst.metadata.finalizers[0]}" if worst.metadata.finalizers else ""
    said = events(workload, "FailedKillPod", pod=worst)
    yield Finding(
        title=titled(f"pod {worst.name} hangs in its deletion for {duration(late[worst.name])}{held}", 88),
        evidence=(
            quote_field(f"pod/{worst.name}", "metadata.deletionTimestamp", worst.metadata.deletion_timestamp),
            *_finalizers(worst),
            *(quote_event(one) for one in said[-SHOWN:]),
            *((Quote(source="pods", text=f"{len(stuck)} pods hang so"),) if len(stuck) > 1 else ()),
        ),
        severity=Severity.WARNING if is_up(workload) else Severity.ERROR,
        about=(f"node:{worst.spec.node_name}",),
        fixes=_fixes(workload, worst),
        confirm=f"kubectl get pod {worst.name} -n {workload.namespace}",
    )


def _finalizers(worst: Pod) -> tuple[Quote, ...]:
    names = ", ".join(worst.metadata.finalizers)
    return (quote_field(f"pod/{worst.name}", "metadata.finalizers", names),) if names else ()


def _fixes(workload: Workload, worst: Pod) -> tuple[Fix, ...]:
    body = {"metadata": {"finalizers": None}}
    title = "take the finalizers away, when what should do so is gone"
    freed = (patched(title, "pod", worst.name, workload.namespace, body, type="merge"),)
    node = worst.spec.node_name
    command = f"kubectl delete pod {worst.name} -n {workload.namespace} --force --grace-period=0"
    return (
        *(freed if worst.metadata.finalizers else ()),
        *((Fix(title="see whether its node answers", commands=(f"kubectl get node {node}",)),) if node else ()),
        Fix(title="forget it by force, when its processes are surely gone", commands=(command,)),
    )


def _deleted(at: str, *finalizers: str) -> Made:
    made = pod(running(ready=False), name="score-0")
    return {**made, "metadata": {**made["metadata"], "deletionTimestamp": at, "finalizers": list(finalizers)}}


UP = deployment(status={"readyReplicas": 1})
KILL = event("FailedKillPod", 'error killing pod: failed to "KillContainer"', "Pod/score-0")
CASES = (
    fires(
        scene(pods=(_deleted("2026-11-20T18:00:00Z"),)), saw="pod score-0 hangs in its deletion for 17 min", findings=1
    ),
    fires(scene(pods=(_deleted("2026-11-20T18:00:00Z", "foo.io/hold"),)), saw="held by finalizer foo.io/hold"),
    fires(scene(pods=(_deleted("2026-11-20T18:10:00Z"),), events=(KILL,)), saw="error killing pod"),
    quiet(scene(pods=(_deleted("2026-11-20T18:17:00Z"), pod(running())), controller=UP), name="it ends right now"),
    quiet(scene(pods=(_deleted("2026-11-20T18:17:30Z"),)), name="within its grace period"),
    quiet(scene(pods=(pod(running()),))),
)
