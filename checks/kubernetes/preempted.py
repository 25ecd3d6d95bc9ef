"""Pods had to give way to others of a higher priority.

What it finds
-------------
Pods that the scheduler or a kubelet ended to make room, shortly before the cluster was read.

Why it breaks
-------------
When nothing is free for a pod of a higher priority, pods of a lower one are ended for it. Where the cluster is full the
replacement finds no room, and the service is away until there is.

How to fix
----------
Give the service a priority class of its own, add nodes, or ask for less.

Learn more
----------
Kubernetes documentation, "Pod priority and preemption". Source: scheduler `Preempted by`, kubelet `Preempting`, the
condition `DisruptionTarget` (from 1.25).
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.ends import happened
from checks.kubernetes.patching import of_template
from checks.kubernetes.rollout import is_up
from checks.kubernetes.scenes import deployment, ended, event, pod, running, scene, terminated
from checks.kubernetes.seen import cut, events, quote_event, workload_of
from checks.runtime.wording import titled

BY_SCHEDULER = frozenset({"PreemptionByScheduler", "PreemptionByKubeScheduler"})
SHOWN = 3


@check(
    "kubernetes.preempted",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.killed",
        "kubernetes.container-failed",
        "kubernetes.progress-deadline",
        "kubernetes.not-ready",
    ),
)
def preempted(evidence: Evidence) -> Iterator[Finding]:
    """By events, by the reason of a failed pod, and by its condition."""
    workload = workload_of(evidence)
    quotes = _quotes(workload)
    if not quotes:
        return
    priority = workload.spec.priority_class_name if workload.spec else ""
    yield Finding(
        title=titled(f"pods of {workload.shown} gave way to pods of a higher priority", 88),
        evidence=(
            *quotes[:SHOWN],
            Quote(source=workload.shown, text=f"priorityClassName: {priority or 'not set'}"),
        ),
        severity=Severity.WARNING if is_up(workload) else Severity.ERROR,
        about=(f"name:{workload.name}",),
        fixes=(
            of_template("give it a priority class", workload, {"priorityClassName": "<priority class>"}),
            Fix(title="see which classes there are", commands=("kubectl get priorityclasses",)),
        ),
        confirm=f"kubectl get pods -n {workload.namespace}",
    )


def _quotes(workload: Workload) -> tuple[Quote, ...]:
    told = [one for one in events(workload, "Preempted", "Preempting") if happened(workload, one.last)]
    found = [quote_event(one) for one in told if one.about.kind == "Pod"]
    for each in workload.pods:
        target = each.status.condition("DisruptionTarget")
        if each.status.reason == "Preempting":
            found.append(Quote(source=f"pod/{each.name}", text=cut(f"Preempting: {each.status.message}")))
        elif target and target.reason in BY_SCHEDULER and target.status == "True":
            found.append(Quote(source=f"pod/{each.name}", text=cut(f"{target.reason}: {target.message}")))
    return tuple(found)


SAID = event("Preempted", "Preempted by team-b/train-0 on node node1", type="Normal", reporter="default-scheduler")
NEW = {"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler", "message": "preempting"}
CASES = (
    fires(scene(pods=(pod(),), events=(SAID,)), saw="Preempted by team-b/train-0", findings=1),
    fires(scene(pods=(pod(running(ready=False), conditions=(NEW,)),)), saw="PreemptionByScheduler"),
    fires(
        scene(
            pods=(
                pod(
                    terminated(ended(137)),
                    phase="Failed",
                    status={"reason": "Preempting", "message": "Preempted in order to admit critical pod"},
                ),
            )
        ),
        saw="to admit critical pod",
    ),
    quiet(
        scene(
            pods=(pod(running()),),
            events=(event("Preempted", "Preempted by a/b on node n", last="2026-11-20T17:20:00Z"),),
            controller=deployment(status={"readyReplicas": 1}),
        ),
        name="an hour ago",
    ),
    quiet(scene(pods=(pod(running()),))),
)
