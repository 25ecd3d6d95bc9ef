"""An ingress leads to a port that its service does not have.

What it finds
-------------
A rule of an ingress whose port, a number or a name, is none of the service's ports.

Why it breaks
-------------
The port of a rule is that of the service, not of the container: an ingress that names 5001 does not find a service of
port 80. The controller has nowhere to send the request, and answers 503.

How to fix
----------
Name the port of the service.

Learn more
----------
Kubernetes documentation, "Ingress": `service.port.number` and `service.port.name`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.traffic import Backend, Service
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.routing import at, backends
from checks.kubernetes.scenes import Made, scene, service
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import ingresses_of, services_of, target
from checks.runtime.wording import titled
from checks.text import listed


@check("kubernetes.ingress-port-missing", needs=("workload",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def ingress_port_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look the port up among those of the service."""
    workload = workload_of(evidence)
    known = {one.name: one for one in services_of(workload)}
    for one in ingresses_of(workload):
        told: set[tuple[str, int | str]] = set()
        for rule, backend in backends(one):
            there = known.get(backend.service)
            if there is None or backend.port is None or _has(there, backend) or (there.name, backend.port) in told:
                continue
            told.add((there.name, backend.port))
            ports = [f"{port.port}{f' ({port.name})' if port.name else ''}" for port in there.spec.ports]
            right = there.spec.ports[0].port if len(there.spec.ports) == 1 else None
            wanted = right or next((port.port for port in there.spec.ports if target(port) == backend.port), None)
            name = one.metadata.name
            yield Finding(
                title=titled(f"ingress/{name} leads to port {backend.port}, which service/{there.name} lacks", 88),
                evidence=(
                    quote_field(f"ingress/{name}", at(rule), f"{there.name}:{backend.port}"),
                    quote_field(f"service/{there.name}", "spec.ports", listed(ports) if ports else "none"),
                ),
                about=(f"ingress:{name}", f"service:{there.name}", f"port:{backend.port}"),
                fixes=(
                    Fix(
                        title=f"let the ingress name port {wanted or '<port of the service>'}",
                        commands=(
                            f"number: {wanted or '<port of the service>'}"
                            if workload.from_files
                            else f"kubectl edit ingress {name} -n {workload.namespace}  "
                            f"# {backend.port} -> {wanted or '<port of the service>'}",
                        ),
                    ),
                ),
            )


def _has(there: Service, backend: Backend) -> bool:
    if there.spec.type == "ExternalName":
        return True
    ports = {str(port.port) for port in there.spec.ports} | {port.name for port in there.spec.ports if port.name}
    return str(backend.port) in ports


def _ingress(port: int | str) -> Made:
    return {"metadata": {"name": "score"}, "rules": [{"path": "/", "backend": {"service": "score", "port": port}}]}


CASES = (
    fires(
        scene(ingresses=(_ingress(5001),), services=(service(),)),
        saw="port 5001, which service/score lacks",
        findings=1,
    ),
    fires(scene(ingresses=(_ingress("http"),), services=(service(),)), saw="spec.ports: 80"),
    quiet(scene(ingresses=(_ingress(80),), services=(service(),))),
    quiet(scene(ingresses=(_ingress("http"),), services=(service(None, {"port": 80, "name": "http"}),))),
    quiet(scene(ingresses=(_ingress(5001),)), name="the service was not read"),
)
