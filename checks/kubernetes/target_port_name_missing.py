"""A service names a port that no container of its pods has.

What it finds
-------------
A service with a `targetPort` such as `http` where no container of the pods declares a port of that name.

Why it breaks
-------------
The name is looked up in each pod. A pod without it gets no endpoint for that port, so the service has no address,
although the pods are ready.

How to fix
----------
Give the container's port that name, or write the number.

Learn more
----------
Kubernetes documentation, "Service": port definitions. Source: `FindPort` of the endpoints controller.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.cluster.traffic import Service, ServicePort
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.listening import likeliest, listeners
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, scene, service, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import confirming, of_object, ports_with, selecting, target, target_number
from checks.runtime.wording import titled
from checks.text import listed


@check(
    "kubernetes.target-port-name-missing",
    needs=("workload",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.no-ready-endpoint",),
)
def target_port_name_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look the name up as the endpoints controller does."""
    workload = workload_of(evidence)
    if workload.spec is None:
        return
    for one in selecting(workload):
        for port in one.spec.ports:
            name = target(port)
            if not isinstance(name, str) or target_number(workload, port) is not None:
                continue
            yield Finding(
                title=titled(f"service/{one.name} leads to port `{name}`, a name that no container has", 88),
                evidence=(
                    quote_field(f"service/{one.name}", f"spec.ports[{port.port}].targetPort", name),
                    quote_field(workload.shown, "ports of the containers", _ports(workload)),
                ),
                about=(f"service:{one.name}", f"port:{name}"),
                fixes=tuple(_fixes(evidence, one, port, name)),
                confirm=confirming(workload, f"kubectl get endpoints {one.name} -n {workload.namespace}"),
            )


def _ports(workload: Workload) -> str:
    ports = [port for one in (workload.spec.containers if workload.spec else ()) for port in one.ports]
    shown = [f"{one.container_port}{f' named `{one.name}`' if one.name else ' without a name'}" for one in ports]
    return listed(shown) if shown else "none"


def _fixes(evidence: Evidence, service_: Service, port: ServicePort, name: str) -> Iterator[Fix]:
    workload = workload_of(evidence)
    known = tuple(one for one in listeners(evidence) if not one.loopback)
    own = [(each, one) for one in (workload.spec.containers if workload.spec else ()) for each in one.ports]
    number = likeliest(known).port if known else own[0][0].container_port if len(own) == 1 else None
    yield of_object(
        f"let the service lead to {number or 'the number of the port'}",
        workload,
        "service",
        service_.name,
        ports_with(service_, port, targetPort=number or "<port of the server>"),
    )
    for each, one in own:
        if each.container_port == number and not each.name:
            named = {"ports": [{"containerPort": number, "name": name}]}
            yield of_container(f"name the port {number} `{name}`", workload, one.name, named)


NAMED = service(None, {"port": 80, "targetPort": "http"})
CASES = (
    fires(scene(services=(NAMED,)), saw="5001 without a name", findings=1),
    fires(
        scene(controller=deployment(spec(ports=[{"containerPort": 5001, "name": "web"}])), services=(NAMED,)),
        saw="5001 named `web`",
    ),
    quiet(scene(controller=deployment(spec(ports=[{"containerPort": 5001, "name": "http"}])), services=(NAMED,))),
    quiet(scene(services=(service(),)), name="a number"),
    quiet(scene(services=(service({"app": "x"}, {"port": 80, "targetPort": "http"}),)), name="of other pods"),
)
