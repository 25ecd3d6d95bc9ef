"""A service carries UDP to a server of HTTP.

What it finds
-------------
A service that leads to the port of an HTTP server by UDP or SCTP.

Why it breaks
-------------
HTTP goes over TCP. The service opens its port for another protocol only, so every connection of a client is refused or
runs into a time-out.

How to fix
----------
Set `protocol: TCP`, or leave it out.

Learn more
----------
Kubernetes documentation, "Protocols for Services".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.listening import listeners
from checks.kubernetes.probing import probes
from checks.kubernetes.scenes import scene, service
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import of_object, ports_with, selecting, target_number
from checks.runtime.wording import titled


@check(
    "kubernetes.service-protocol",
    needs=("workload",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.no-ready-endpoint",),
)
def service_protocol(evidence: Evidence) -> Iterator[Finding]:
    """Only ports of which it is known that they speak HTTP, and that no TCP port of the service reaches."""
    workload = workload_of(evidence)
    http = {one.port for one in listeners(evidence)} | {one.number for one in probes(workload) if one.probe.http_get}
    for one in selecting(workload):
        by_tcp = {target_number(workload, port) for port in one.spec.ports if port.protocol == "TCP"}
        for port in one.spec.ports:
            number = target_number(workload, port)
            if port.protocol == "TCP" or number not in http or number in by_tcp:
                continue
            yield Finding(
                title=titled(f"service/{one.name} carries {port.protocol} to port {number}, which speaks HTTP", 88),
                evidence=(quote_field(f"service/{one.name}", f"spec.ports[{port.port}].protocol", port.protocol),),
                about=(f"service:{one.name}", f"port:{number}"),
                fixes=(
                    of_object(
                        "let the service carry TCP",
                        workload,
                        "service",
                        one.name,
                        ports_with(one, port, protocol="TCP"),
                    ),
                ),
            )


UDP = {"port": 80, "targetPort": 5001, "protocol": "UDP"}
SAYS = "I [1] gunicorn.error - Listening at: http://0.0.0.0:5001 (1)"
CASES = (
    fires(scene(SAYS, services=(service(None, UDP),)), saw="carries UDP to port 5001", findings=1),
    quiet(scene(SAYS, services=(service(),))),
    quiet(scene(services=(service(None, UDP),)), name="nobody knows what it speaks"),
    quiet(
        scene(SAYS, services=(service(None, {"port": 80, "targetPort": 5001}, {**UDP, "port": 81}),)), name="both ways"
    ),
)
