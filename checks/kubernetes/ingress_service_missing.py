"""An ingress leads to a service that is not there.

What it finds
-------------
A rule (or the default) of an ingress that names a service which the namespace does not have, with the nearest name.

Why it breaks
-------------
The controller of the ingress looks the service up in the namespace of the ingress. It finds none, and answers 503 (or
404) to every request of that rule. An ingress cannot lead into another namespace.

How to fix
----------
Name the service that is there, or create it beside the ingress.

Learn more
----------
Kubernetes documentation, "Ingress": the ingress resource.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.cluster.traffic import Ingress
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.routing import at, backends, near
from checks.kubernetes.scenes import Made, scene, service
from checks.kubernetes.seen import workload_of
from checks.kubernetes.services import confirming, ingresses_of, services_of
from checks.runtime.wording import titled
from checks.text import listed


@check("kubernetes.ingress-service-missing", needs=("workload",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def ingress_service_missing(evidence: Evidence) -> Iterator[Finding]:
    """Compare with the names of all services, where they are known."""
    workload = workload_of(evidence)
    there = _there(workload)
    if there is None:
        return
    for one in ingresses_of(workload):
        for name in dict.fromkeys(backend.service for _, backend in backends(one)):
            if not name or name in there:
                continue
            close = near(name, there)
            yield Finding(
                title=titled(f"ingress/{one.metadata.name} leads to service {name}, which is not there", 88),
                evidence=(
                    *_rules(one, name),
                    Quote(
                        source=f"namespace {workload.namespace}" if not workload.from_files else "manifests",
                        text=f"services: {listed(sorted(there)) if there else 'none'}",
                    ),
                ),
                severity=Severity.WARNING if workload.from_files and not close else Severity.ERROR,
                about=(f"ingress:{one.metadata.name}", f"service:{name}"),
                fixes=(_fix(workload, one, name, close),),
                confirm=confirming(workload, f"kubectl describe ingress {one.metadata.name} -n {workload.namespace}"),
            )


def _there(workload: Workload) -> frozenset[str] | None:
    """The names of all services; None where they are not known."""
    if not isinstance(workload.service_names, Missing):
        return frozenset(workload.service_names) | {one.name for one in services_of(workload)}
    alone = workload.kind == "Ingress" and not isinstance(workload.services, Missing)
    return frozenset(one.name for one in services_of(workload)) if alone else None


def _rules(one: Ingress, name: str) -> tuple[Quote, ...]:
    source = f"ingress/{one.metadata.name}"
    return tuple(
        Quote(source=source, text=f"{at(rule)}: {name}") for rule, each in backends(one) if each.service == name
    )[:3]


def _fix(workload: Workload, one: Ingress, name: str, close: str | None) -> Fix:
    ingress = one.metadata.name
    title = f"let the ingress lead to service {close or '<service>'}"
    if workload.from_files:
        return Fix(title=f"{title}, in the manifest", commands=(f"name: {close or '<service>'}",))
    command = f"kubectl edit ingress {ingress} -n {workload.namespace}  # {name} -> {close or '<service>'}"
    return Fix(title=title, commands=(command,))


def _ingress(name: str, port: int | str = 80) -> Made:
    rule = {"host": "score.example.com", "path": "/", "backend": {"service": name, "port": port}}
    return {"metadata": {"name": "score", "namespace": "team-a"}, "rules": [rule]}


CASES = (
    fires(
        scene(ingresses=(_ingress("skore"),), services=(service(),), service_names=("score",)),
        saw="leads to service skore, which is not there",
        findings=1,
    ),
    fires(scene(kind="Ingress", controller=None, ingresses=(_ingress("score"),), services=()), saw="services: none"),
    fires(scene(ingresses=(_ingress("billing"),), service_names=(), from_files=True), name="a warning"),
    quiet(scene(ingresses=(_ingress("score"),), services=(service(),), service_names=("score",))),
    quiet(scene(ingresses=(_ingress("billing"),), services=(service(),)), name="other services are not known"),
)
