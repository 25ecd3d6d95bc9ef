"""No scheduler looks at the pod.

What it finds
-------------
A pod without a node of which no scheduler has said anything: its `schedulerName` names one that does not run, it has
scheduling gates, or the cluster's scheduler is down.

Why it breaks
-------------
Each scheduler takes only the pods that carry its name. A pod with another name, or with a gate, is left alone: it stays
Pending, without an event that would say why.

How to fix
----------
Correct or leave out `schedulerName`, start that scheduler, or have the gate removed by whoever sets it.

Learn more
----------
Kubernetes documentation, "Configure Multiple Schedulers" and "Pod Scheduling Readiness".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.patching import of_template
from checks.kubernetes.scenes import event, pending, pod, scene
from checks.kubernetes.seen import age, events, workload_of

SILENCE = 10.0  # seconds without a word from the usual scheduler, which answers in some milliseconds
SILENCE_OF_OTHERS = 2.0  # and from one of another name, which may well not exist
DEFAULT = "default-scheduler"


@check("kubernetes.scheduler-unknown", needs=("workload",), stage=Stage.START)
def scheduler_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Look for pods that nobody has spoken of."""
    workload = workload_of(evidence)
    for one in workload.pods:
        name, condition = one.spec.scheduler_name or DEFAULT, one.status.condition("PodScheduled")
        if one.spec.node_name or one.status.phase not in {"", "Pending"} or workload.from_files:
            continue
        gates = ", ".join(gate.name for gate in one.spec.scheduling_gates)
        if gates:
            yield Finding(
                title=f"the pod waits for its scheduling gate {gates}",
                evidence=(Quote(source=f"pod/{one.name}", text=f"schedulingGates: {gates}"),),
                confidence=Confidence.CERTAIN,
                about=("scheduler:gate",),
                fixes=(
                    Fix(
                        title=f"find out what should remove the gate {gates}",
                        commands=(f"kubectl get pod {one.name} -n {workload.namespace} -o yaml",),
                    ),
                ),
            )
            return
        spoken = condition is not None and condition.message
        quiet_for = age(workload, one.metadata.creation_timestamp)
        if spoken or isinstance(workload.events, Missing) or events(workload, "FailedScheduling", "Scheduled", pod=one):
            continue
        usual = name == DEFAULT
        if quiet_for is not None and quiet_for < (SILENCE if usual else SILENCE_OF_OTHERS):
            continue
        yield Finding(
            title="no scheduler has looked at the pod" if usual else f"no scheduler named {name} has looked at the pod",
            evidence=(Quote(source=f"pod/{one.name}", text=f"schedulerName: {name}, no node, no scheduling event"),),
            about=(f"scheduler:{name}",),
            fixes=(
                Fix(
                    title="see whether the scheduler runs",
                    commands=("kubectl get pods -n kube-system -l component=kube-scheduler",),
                )
                if usual
                else of_template("leave the pod to the default scheduler", workload, {"schedulerName": DEFAULT}),
            ),
        )
        return


SILENT = {**pod(None), "status": {"phase": "Pending"}}

CASES = (
    fires(scene(pods=({**SILENT, "spec": {**SILENT["spec"], "schedulerName": "volcano"}},), events=()), saw="volcano"),
    fires(scene(pods=(SILENT,), events=()), saw="no scheduler has looked"),
    fires(
        scene(
            pods=({**SILENT, "spec": {**SILENT["spec"], "schedulingGates": [{"name": "example.com/quota"}]}},),
            events=(),
        ),
        saw="example.com/quota",
    ),
    quiet(scene(pods=(pending("0/1 nodes are available: 1 Insufficient cpu."),), events=())),
    quiet(scene(pods=(SILENT,), events=(), taken="2026-11-20T18:07:12Z"), name="it was made five seconds ago"),
    quiet(scene(pods=(SILENT,), events=(event("FailedScheduling", "0/1 nodes are available: 1 Too many pods."),))),
    quiet(scene(pods=(SILENT,)), name="events cannot be read"),
)
