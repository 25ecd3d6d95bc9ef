"""A headless service maps a port, which headless services cannot do.

What it finds
-------------
A service with `clusterIP: None` whose `port` is another than its `targetPort`.

Why it breaks
-------------
A headless service is a name that resolves to the addresses of the pods. Clients connect to the pods themselves, on the
port that they name: nothing turns 80 into 5001 on the way, and the connection is refused.

How to fix
----------
Let clients name the port of the server, or make it a service with an address.

Learn more
----------
Kubernetes documentation, "Service": headless services.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.scenes import Made, scene, service
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import ingresses_of, of_object, ports_with, selecting, target_number


@check(
    "kubernetes.headless-port",
    needs=("workload",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def headless_port(evidence: Evidence) -> Iterator[Finding]:
    """Compare the ports; an ingress reads the endpoints, and has the right one."""
    workload = workload_of(evidence)
    routed = {rule.backend.service for one in ingresses_of(workload) for rule in one.rules}
    for one in selecting(workload):
        if one.spec.cluster_ip != "None" or one.name in routed:
            continue
        for port in one.spec.ports:
            number = target_number(workload, port)
            if number is None or number == port.port:
                continue
            yield Finding(
                title=f"headless service/{one.name} cannot lead port {port.port} to {number}",
                evidence=(
                    quote_field(f"service/{one.name}", "spec.clusterIP", "None"),
                    quote_field(f"service/{one.name}", f"spec.ports[{port.port}].targetPort", number),
                ),
                about=(f"service:{one.name}", f"port:{number}"),
                fixes=(
                    of_object(
                        f"name the port of the server, {number}, in service and clients",
                        workload,
                        "service",
                        one.name,
                        ports_with(one, port, port=number),
                    ),
                ),
            )


HEADLESS: Made = {"clusterIP": "None"}
CASES = (
    fires(scene(services=(service(**HEADLESS),)), saw="cannot lead port 80 to 5001", findings=1),
    quiet(scene(services=(service(None, {"port": 5001}, **HEADLESS),))),
    quiet(scene(services=(service(),)), name="with an address"),
    quiet(
        scene(
            services=(service(**HEADLESS),),
            ingresses=({"metadata": {"name": "score"}, "rules": [{"backend": {"service": "score", "port": 80}}]},),
        ),
        name="behind an ingress",
    ),
)
