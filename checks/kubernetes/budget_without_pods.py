"""A disruption budget protects no pod.

What it finds
-------------
A PodDisruptionBudget in the given files whose selector fits the pods of no workload there, although it
bears the name of a workload, or asks for it.

Why it breaks
-------------
The budget counts the pods that its selector fits. It fits none, so nothing holds back a drain: all pods of the service
may be evicted at once, and every request fails until the first is up again.

How to fix
----------
Let the budget select the labels of the pods.

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
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.scenes import LABELS, Made, scene
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import of_object, shown
from checks.runtime.wording import titled


@check(
    "kubernetes.budget-without-pods",
    needs=("workload",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
)
def budget_without_pods(evidence: Evidence) -> Iterator[Finding]:
    """In files only: a cluster has pods that nobody asked about."""
    workload = workload_of(evidence)
    if not workload.from_files or isinstance(workload.budgets, Missing) or not workload.labels:
        return
    every = (workload.labels, *(one.labels for one in workload.others))
    for one in workload.budgets:
        selector, name = one.spec.selector, one.metadata.name
        if selector is None or not _is_meant(one, workload) or any(selector.fits(labels) for labels in every):
            continue
        wanted = {key: workload.labels[key] for key in selector.match_labels if key in workload.labels}
        yield Finding(
            title=titled(f"budget {name} selects {shown(selector.match_labels, 2)}, which no pod carries", 88),
            evidence=(
                quote_field(f"pdb/{name}", "spec.selector.matchLabels", shown(selector.match_labels)),
                quote_field(workload.shown, "spec.template.metadata.labels", shown(workload.labels, 6)),
            ),
            about=(f"budget:{name}",),
            fixes=(
                of_object(
                    f"let it select {shown(wanted or workload.labels)}",
                    workload,
                    "pdb",
                    name,
                    {"spec": {"selector": {"matchLabels": wanted or dict(workload.labels)}}},
                ),
            ),
        )


def _is_meant(one: DisruptionBudget, workload: Workload) -> bool:
    """True when the budget seems meant for the workload."""
    assert one.spec.selector is not None
    asked = one.spec.selector.match_labels
    return bool(asked) and (one.metadata.name == workload.name or workload.name in asked.values())


def _budget(labels: dict[str, str], name: str = "score") -> Made:
    return {"metadata": {"name": name}, "spec": {"minAvailable": 1, "selector": {"matchLabels": labels}}}


CASES = (
    fires(
        scene(budgets=(_budget({"app": "score-api"}),), from_files=True),
        saw="budget score selects app=score-api, which no pod carries",
        findings=1,
    ),
    fires(scene(budgets=(_budget({"name": "score"}, "keep"),), from_files=True), saw="name=score", name="another key"),
    quiet(scene(budgets=(_budget(dict(LABELS)),), from_files=True)),
    quiet(scene(budgets=(_budget({"app": "other"}, "other"),), from_files=True), name="of another service"),
    quiet(scene(budgets=(_budget({"app": "score-api"}),)), name="a cluster has more pods"),
)
