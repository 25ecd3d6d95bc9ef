"""A probe asks a port by a name that its container does not declare.

What it finds
-------------
A probe with a port such as `http` where the container has no port of that name.

Why it breaks
-------------
The kubelet looks the name up among the ports of the container itself, finds none, and counts every probe as failed: the
pod never becomes ready, or its container is restarted, although the server works.

How to fix
----------
Give the container's port that name, or write the number.

Learn more
----------
Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes": use a named port. Source: kubelet,
`findPortByName`; the event says `strconv.Atoi: parsing "http": invalid syntax`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.listening import likeliest, listeners
from checks.kubernetes.patching import of_container
from checks.kubernetes.probing import SAID, STATES, Asked, last_failure, probes, shown
from checks.kubernetes.probing import of_container as path_of
from checks.kubernetes.scenes import Made, deployment, event, pod, running, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.text import listed


@check(
    "kubernetes.probe-port-name-missing",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(*STATES, *SAID),
)
def probe_port_name_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look the name up as the kubelet does."""
    workload = workload_of(evidence)
    for asked in probes(workload):
        if not isinstance(asked.port, str) or asked.number is not None:
            continue
        container = asked.container
        yield Finding(
            title=f"the {asked.kind} probe asks port `{asked.port}`, a name that {container.name} lacks",
            evidence=(
                asked.quote(workload, f"{asked.handler}.port", asked.port),
                quote_field(workload.shown, f"{path_of(workload, container)}.ports", _ports(container)),
                *shown(last_failure(workload, asked)),
            ),
            explains=asked.leads_to,
            about=(*asked.about, f"port:{asked.port}"),
            fixes=tuple(_fixes(evidence, asked)),
        )


def _ports(container: Container) -> str:
    shown = [
        f"{one.container_port}{f' named `{one.name}`' if one.name else ' without a name'}" for one in container.ports
    ]
    return listed(shown) if shown else "none"


def _fixes(evidence: Evidence, asked: Asked) -> Iterator[Fix]:
    workload, container = workload_of(evidence), asked.container
    known = tuple(one for one in listeners(evidence, container) if not one.loopback)
    ports = [one.container_port for one in container.ports]
    port = likeliest(known).port if known else ports[0] if len(ports) == 1 else None
    if port is None:
        yield of_container(
            "write the number of the server's port", workload, container.name, asked.patch(port="<port of the server>")
        )
        return
    yield of_container(f"let the probe ask port {port}", workload, container.name, asked.patch(port=port))
    if port in ports:
        named = {"ports": [{"containerPort": port, "name": asked.port}]}
        yield of_container(f"name the port {port} `{asked.port}`", workload, container.name, named)


def _named(port: object, *ports: Made) -> Made:
    return spec(readinessProbe={"httpGet": {"path": "/", "port": port}}, ports=list(ports))


ERRORED = event(
    "Unhealthy",
    'Readiness probe errored: strconv.Atoi: parsing "http": invalid syntax',
    container="inference-server",
    reporter="kubelet",
)
PLAIN: Made = {"containerPort": 5001}
HTTP: Made = {"containerPort": 5001, "name": "http"}
WAITS = (pod(running(ready=False), _named("http", PLAIN)),)
CASES = (
    fires(scene(controller=deployment(_named("http", PLAIN)), pods=WAITS, events=(ERRORED,)), saw="strconv.Atoi"),
    fires(scene(controller=deployment(_named("web", HTTP)), from_files=True), saw="5001 named `http`", findings=1),
    fires(scene(controller=deployment(_named("http"))), saw="ports: none"),
    quiet(scene(controller=deployment(_named("http", HTTP)))),
    quiet(scene(controller=deployment(_named("5001", PLAIN))), name="a number in quotes"),
)
