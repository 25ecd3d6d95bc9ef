"""A service is only a name for something outside, though pods stand ready for it.

What it finds
-------------
A service of type `ExternalName` with a selector, and one whose name is an address or a URL.

Why it breaks
-------------
Such a service is an alias in DNS and nothing else: its selector and ports are not heeded, so no request comes to the
pods. An alias must be a host name; an address or a URL resolves to nothing.

How to fix
----------
Make it a service of type `ClusterIP`, or name a host.

Learn more
----------
Kubernetes documentation, "Service": ExternalName.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.scenes import scene, service
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import of_object, services_of, shown
from checks.runtime.wording import titled

_NO_HOST = re.compile(r"[:/]|^\d+\.\d+\.\d+\.\d+$")


@check("kubernetes.external-name", needs=("workload",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def external_name(evidence: Evidence) -> Iterator[Finding]:
    """Look at the alias, and at a selector that nobody heeds."""
    workload = workload_of(evidence)
    for one in services_of(workload):
        name, selector = one.spec.external_name, one.spec.selector
        if one.spec.type != "ExternalName":
            continue
        wrong = _NO_HOST.search(name)
        if not wrong and not selector:
            continue
        said = f"points to {name}, which is no host name" if wrong else "is an ExternalName: its selector is not heeded"
        body = {"spec": {"type": "ClusterIP", "externalName": None}}
        yield Finding(
            title=titled(f"service/{one.name} {said}", 88),
            evidence=(
                quote_field(f"service/{one.name}", "spec.externalName", name),
                *((quote_field(f"service/{one.name}", "spec.selector", shown(selector)),) if selector else ()),
            ),
            about=(f"service:{one.name}",),
            fixes=(
                of_object("make it a service of its pods", workload, "service", one.name, body)
                if selector
                else of_object("name a host", workload, "service", one.name, {"spec": {"externalName": "<host name>"}}),
            ),
        )


CASES = (
    fires(
        scene(services=(service(type="ExternalName", externalName="score.example.com"),)), saw="not heeded", findings=1
    ),
    fires(scene(services=(service({}, type="ExternalName", externalName="192.0.2.9"),)), saw="is no host name"),
    fires(scene(services=(service({}, type="ExternalName", externalName="https://score.example.com/score"),))),
    quiet(scene(services=(service({}, type="ExternalName", externalName="score.example.com"),))),
    quiet(scene(services=(service(),))),
)
