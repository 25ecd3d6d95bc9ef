"""A service has no selector, and nobody gives it endpoints.

What it finds
-------------
A service without a selector that has no endpoint, and is no name for something outside (`ExternalName`).

Why it breaks
-------------
Without a selector the cluster looks for no pods: somebody must write the endpoints by hand. Nobody did, so every
connection to the service is refused.

How to fix
----------
Give the service a selector of the labels that the pods carry.

Learn more
----------
Kubernetes documentation, "Service": services without selectors.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.scenes import Made, scene, service
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import confirming, of_object, services_of, shown, slices_of


@check(
    "kubernetes.service-without-selector",
    needs=("workload",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.no-ready-endpoint",),
)
def service_without_selector(evidence: Evidence) -> Iterator[Finding]:
    """Look for endpoints that somebody wrote; only a warning where they could not be read."""
    workload = workload_of(evidence)
    for one in services_of(workload):
        slices = slices_of(workload, one)
        if one.spec.selector or one.spec.type == "ExternalName" or any(each.endpoints for each in slices or ()):
            continue
        own = workload.controller.spec.selector if workload.controller else None
        labels = dict(own.match_labels) if own and own.match_labels else {"<label of the pods>": "<its value>"}
        known = slices is not None
        yield Finding(
            title=f"service/{one.name} has no selector" + (" and no endpoint" if known else ""),
            evidence=(quote_field(f"service/{one.name}", "spec.selector", "none"),),
            severity=Severity.ERROR if known else Severity.WARNING,
            confidence=Confidence.CERTAIN if known else Confidence.POSSIBLE,
            about=(f"service:{one.name}",),
            fixes=(
                of_object(
                    f"let the service select {shown(labels)}",
                    workload,
                    "service",
                    one.name,
                    {"spec": {"selector": labels}},
                ),
            ),
            confirm=confirming(workload, f"kubectl get endpoints {one.name} -n {workload.namespace}"),
        )


BY_HAND: Made = {
    "metadata": {"name": "score-1", "labels": {"kubernetes.io/service-name": "score"}},
    "endpoints": [{"addresses": ["10.0.0.9"]}],
}
CASES = (
    fires(scene(services=(service({}),), slices=()), saw="has no selector and no endpoint", findings=1),
    fires(scene(services=(service({}),), from_files=True), saw="has no selector", name="in a manifest: a warning"),
    quiet(scene(services=(service({}),), slices=(BY_HAND,)), name="endpoints by hand"),
    quiet(scene(services=(service({}, type="ExternalName", externalName="score.example.com"),), slices=())),
    quiet(scene(services=(service(),), slices=())),
)
