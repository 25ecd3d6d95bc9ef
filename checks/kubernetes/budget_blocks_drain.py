"""A disruption budget forbids to take any pod away, while a node is to be emptied.

What it finds
-------------
A PodDisruptionBudget that allows no disruption by its own numbers, while a pod of it is on a node that is cordoned.

Why it breaks
-------------
Draining a node (an upgrade of the cluster does it) asks leave for every pod. The budget never gives it, so the drain
tries until its time is over: the upgrade of the node fails, and the pod stays on a node that is to go.

How to fix
----------
Let the budget spare one pod, or have one pod more than it asks for.

Learn more
----------
Kubernetes documentation, "Specifying a Disruption Budget for your Application".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.cluster.workloads import DisruptionBudget
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.patching import patched
from checks.kubernetes.scenes import LABELS, Made, node, pod, running, scene
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import of_object
from checks.runtime.wording import titled


@check(
    "kubernetes.budget-blocks-drain",
    needs=("workload",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def budget_blocks_drain(evidence: Evidence) -> Iterator[Finding]:
    """Only while it hinders: a budget that is strict on purpose is no fault."""
    workload = workload_of(evidence)
    if isinstance(workload.budgets, Missing) or isinstance(workload.nodes, Missing):
        return
    leaving = {one.name for one in workload.nodes if one.spec.unschedulable}
    held = [one for one in workload.pods if one.spec.node_name in leaving and not one.metadata.deletion_timestamp]
    for one in workload.budgets:
        selector = one.spec.selector
        if not held or selector is None or not selector.fits(workload.labels) or not _forbids(one):
            continue
        name, field, value = one.metadata.name, *_wish(one)
        yield Finding(
            title=titled(f"budget {name} lets no pod leave node {held[0].spec.node_name}, which is cordoned", 88),
            evidence=(
                quote_field(f"pdb/{name}", f"spec.{field}", value),
                Quote(
                    source=f"pdb/{name}",
                    text=f"{one.status.current_healthy} of {one.status.expected_pods} pods are healthy, "
                    f"{one.status.desired_healthy} are asked for, 0 may go",
                ),
                quote_field(f"pod/{held[0].name}", "spec.nodeName", held[0].spec.node_name),
            ),
            about=(f"budget:{name}",),
            fixes=(
                of_object(
                    "let one pod go at a time",
                    workload,
                    "pdb",
                    name,
                    {"spec": {"maxUnavailable": 1, "minAvailable": None}},
                ),
                *(_one_more(workload) if field == "minAvailable" else ()),
            ),
        )


def _forbids(one: DisruptionBudget) -> bool:
    """True for a budget that allows nothing although every pod is healthy."""
    status = one.status
    return status.disruptions_allowed == 0 and 0 < status.expected_pods <= min(
        status.current_healthy, status.desired_healthy
    )


def _wish(one: DisruptionBudget) -> tuple[str, object]:
    if one.spec.max_unavailable is not None:
        return "maxUnavailable", one.spec.max_unavailable
    return "minAvailable", one.spec.min_available


def _one_more(workload: Workload) -> Iterator[Fix]:
    if workload.controller and workload.kind in {"Deployment", "StatefulSet"}:
        body = {"spec": {"replicas": workload.controller.wanted + 1}}
        yield patched("have one pod more", workload.kind, workload.name, workload.namespace, body)


def _budget(allowed: int = 0, healthy: int = 1) -> Made:
    return {
        "metadata": {"name": "score"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": LABELS}},
        "status": {"disruptionsAllowed": allowed, "currentHealthy": healthy, "desiredHealthy": 1, "expectedPods": 1},
    }


CORDONED = node(spec={"unschedulable": True})
CASES = (
    fires(
        scene(pods=(pod(running()),), budgets=(_budget(),), nodes=(CORDONED,)),
        saw="lets no pod leave node node1",
        findings=1,
    ),
    quiet(scene(pods=(pod(running()),), budgets=(_budget(),), nodes=(node(),)), name="no node is to go"),
    quiet(scene(pods=(pod(running()),), budgets=(_budget(1),), nodes=(CORDONED,))),
    quiet(scene(pods=(pod(running(ready=False)),), budgets=(_budget(healthy=0),), nodes=(CORDONED,)), name="sick pods"),
)
