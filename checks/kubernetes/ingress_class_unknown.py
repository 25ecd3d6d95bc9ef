"""No controller feels responsible for an ingress.

What it finds
-------------
An ingress of a class that the cluster does not have, or of no class, that has no address.

Why it breaks
-------------
An ingress is only a wish: a controller (nginx, Application Gateway, Traefik) must take it up, and each takes only its
own class. Nobody did, so the host name leads nowhere, or another controller answers 404.

How to fix
----------
Name a class that is there (`kubectl get ingressclass`), or install the controller.

Learn more
----------
Kubernetes documentation, "Ingress": ingress class, default ingress class; "Ingress Controllers".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.cluster.traffic import Ingress
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.routing import near
from checks.kubernetes.scenes import Made, scene
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import confirming, ingresses_of, is_old, of_object
from checks.runtime.wording import titled
from checks.text import listed


@check("kubernetes.ingress-class-unknown", needs=("workload",), stage=Stage.OPERATE)
def ingress_class_unknown(evidence: Evidence) -> Iterator[Finding]:
    """An ingress that got an address was taken up, whatever its class."""
    workload = workload_of(evidence)
    classes = workload.ingress_classes
    for one in ingresses_of(workload):
        if one.addresses or workload.from_files or not is_old(workload, one.metadata):
            continue
        name, known = one.metadata.name, isinstance(classes, tuple)
        if one.ingress_class and (isinstance(classes, Missing) or one.ingress_class in classes):
            continue  # a controller may serve it without an address; nothing is certain
        close = near(one.ingress_class, classes) if isinstance(classes, tuple) else None
        wanted = close or (classes[0] if isinstance(classes, tuple) and len(classes) == 1 else "<class>")
        shown = (
            f"class {one.ingress_class}, which the cluster lacks" if one.ingress_class else "no class, and no address"
        )
        yield Finding(
            title=titled(f"ingress/{name} has {shown}", 88),
            evidence=(
                quote_field(f"ingress/{name}", "spec.ingressClassName", one.ingress_class or "none"),
                quote_field(f"ingress/{name}", "status.loadBalancer.ingress", "none"),
                *((Quote(source="ingress classes", text=_listed(workload)),) if known else ()),
            ),
            severity=Severity.ERROR if one.ingress_class and classes else Severity.WARNING,
            confidence=Confidence.LIKELY if one.ingress_class and classes else Confidence.POSSIBLE,
            about=(f"ingress:{name}",),
            fixes=(_fix(workload, one, wanted),),
            confirm=confirming(workload, f"kubectl get ingress {name} -n {workload.namespace}"),
        )


def _listed(workload: Workload) -> str:
    classes = workload.ingress_classes
    return listed(classes) if isinstance(classes, tuple) and classes else "none"


def _fix(workload: Workload, one: Ingress, wanted: str) -> Fix:
    body = {"spec": {"ingressClassName": wanted}}
    return of_object(f"let the ingress have class {wanted}", workload, "ingress", one.metadata.name, body)


def _ingress(class_: str = "", **more: object) -> Made:
    metadata = {"name": "score", "creationTimestamp": "2026-11-20T18:00:00Z"}
    return {"metadata": metadata, "ingressClass": class_, "rules": [{"backend": {"service": "score"}}], **more}


CASES = (
    fires(scene(ingresses=(_ingress("ngin"),), ingress_classes=("nginx",)), saw="class ngin, which the cluster lacks"),
    fires(scene(ingresses=(_ingress(),), ingress_classes=()), saw="no class, and no address", findings=1),
    quiet(scene(ingresses=(_ingress("nginx"),), ingress_classes=("nginx",))),
    quiet(scene(ingresses=(_ingress("old", addresses=[{"ip": "192.0.2.7"}]),), ingress_classes=()), name="taken up"),
    quiet(scene(ingresses=(_ingress("x"),), from_files=True, ingress_classes=()), name="a manifest"),
)
