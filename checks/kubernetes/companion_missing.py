"""The pod wants to be beside pods that are nowhere.

What it finds
-------------
A required pod affinity that no running pod meets.

Why it breaks
-------------
`podAffinity` with `requiredDuringScheduling` places the pod only where a pod with the given labels runs already. When
that pod does not exist, has other labels, or lives in another namespace, no node qualifies.

How to fix
----------
Correct the labels, start the companion first, or make the rule a preference.

Learn more
----------
Kubernetes documentation, "Inter-pod affinity and anti-affinity".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.kubernetes.patching import of_template
from checks.kubernetes.scenes import pending, scene
from checks.kubernetes.scheduling import waits_for
from checks.kubernetes.seen import workload_of


@check("kubernetes.companion-missing", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def companion_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name the labels that no pod carries."""
    workload = workload_of(evidence)
    for one, _ in waits_for(workload, "together"):
        affinity = one.pod.spec.affinity.pod_affinity if one.pod.spec.affinity else None
        wanted = [
            ", ".join(f"{k}={v}" for k, v in term.label_selector.match_labels.items())
            for term in (affinity.required if affinity else ())
            if term.label_selector
        ]
        said = wanted[0] if wanted and wanted[0] else "its pod affinity"
        yield Finding(
            title=f"no running pod has the labels that pod affinity wants: {said}",
            evidence=(
                one.quote,
                *(Quote(source=f"pod/{one.pod.name}", text=f"pod affinity wants {w}") for w in wanted),
            ),
            about=("affinity:together",),
            fixes=(
                of_template(
                    "leave out the rule; ask for nearness by preferredDuringScheduling instead",
                    workload,
                    {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": None}}},
                ),
            ),
            confirm="kubectl get pods -A --show-labels",
        )


RULE = {
    "podAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {"labelSelector": {"matchLabels": {"app": "cache"}}, "topologyKey": "kubernetes.io/hostname"}
        ]
    }
}

CASES = (
    fires(
        scene(pods=(pending("0/2 nodes are available: 2 node(s) didn't match pod affinity rules.", affinity=RULE),)),
        saw="app=cache",
    ),
    quiet(scene(pods=(pending("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules."),))),
)
