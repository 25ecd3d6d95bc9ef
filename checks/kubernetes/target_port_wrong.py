"""A service sends requests to a port on which the server does not listen.

What it finds
-------------
A service whose `targetPort` (or `port`, where it names none) is not the port of the server, by the sockets inside, the
log, or the command line.

Why it breaks
-------------
The service opens connections to the pods on that port, whatever the containers declare. Nothing listens there, so
clients get "connection refused", and an ingress answers 502, while the pods are ready.

How to fix
----------
Set `targetPort` to the port of the server: 5001 for images of Azure ML and `azmlinfsrv`.

Learn more
----------
Kubernetes documentation, "Service": port definitions. A `containerPort` opens nothing; it only informs.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.cluster.traffic import Service, ServicePort
from checks.containers import Inside, Socket
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.listening import declared, elsewhere, listeners
from checks.kubernetes.scenes import deployment, pod, running, scene, service, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.selector_shared import owner_of
from checks.kubernetes.services import confirming, of_object, ports_with, selecting, selects, target, target_number
from checks.runtime.wording import titled
from checks.text import listed


@check(
    "kubernetes.target-port-wrong",
    needs=("workload",),
    stage=Stage.ANSWER,
    explains=("kubernetes.no-ready-endpoint", "kubernetes.listens-on-loopback", "logs.connection-refused"),
)
def target_port_wrong(evidence: Evidence) -> Iterator[Finding]:
    """Compare each port with what listens; a port that nobody declares is a warning where nothing is known."""
    workload = workload_of(evidence)
    listen = {one.port for one in listeners(evidence)}
    for one in selecting(workload):
        right = any(target_number(workload, port) in listen for port in one.spec.ports)
        for port in one.spec.ports:
            number = target_number(workload, port)
            if number is None or port.protocol != "TCP":
                continue
            server = elsewhere(evidence, number)
            open_ = declared(workload.spec)
            if server is not None and not (right and number in open_):
                sure = server.witness == "socket"
                yield _finding(
                    workload,
                    one,
                    port,
                    server.port,
                    f"service/{one.name} sends to port {number}, the server listens on {server.port}",
                    server.quote,
                    Severity.WARNING if server.witness == "image" else Severity.ERROR,
                    Confidence.CERTAIN
                    if sure
                    else Confidence.LIKELY
                    if server.witness != "image"
                    else Confidence.POSSIBLE,
                )
            elif not listen and open_ and number not in open_ and not _answers(workload, number):
                yield _finding(
                    workload,
                    one,
                    port,
                    min(open_),
                    f"service/{one.name} sends to port {number}, which no container declares",
                    quote_field(workload.shown, "containerPort", listed([str(each) for each in sorted(open_)])),
                    Severity.WARNING,
                    Confidence.POSSIBLE,
                )


def _answers(workload: Workload, number: int) -> bool:
    """True when a probe asks the port too: then it is the declared one that is out of date."""
    found = (one.readiness_probe for one in (workload.spec.containers if workload.spec else ()))
    return any(probe and probe.http_get and probe.http_get.port == number for probe in found)


def _finding(
    workload: Workload,
    one: Service,
    port: ServicePort,
    wanted: int,
    title: str,
    seen: Quote,
    severity: Severity,
    confidence: Confidence,
) -> Finding:
    field = "targetPort" if port.target_port is not None else "port"
    return Finding(
        title=titled(title, 88),
        evidence=(quote_field(f"service/{one.name}", f"spec.ports[{port.port}].{field}", target(port)), seen),
        severity=severity,
        confidence=confidence,
        about=(f"service:{one.name}", f"port:{target(port)}"),
        fixes=_shared(workload, one, port)
        or (
            of_object(
                f"let port {port.port} of the service lead to {wanted}",
                workload,
                "service",
                one.name,
                ports_with(one, port, targetPort=wanted),
            ),
        ),
        confirm=confirming(
            workload, f"kubectl port-forward service/{one.name} -n {workload.namespace} 8080:{port.port}"
        ),
    )


def _shared(workload: Workload, one: Service, port: ServicePort) -> tuple[Fix, ...]:
    """What is to be done where the service leads to other workloads too, which its port may well fit."""
    names = {owner_of(other) for other in workload.others if selects(one, other.labels)} - {workload.name}
    if not names:
        return ()
    others = listed(sorted(names), 2)
    return (Fix(title=f"let {workload.shown} listen on {target(port)}: service/{one.name} leads to {others} as well"),)


SAYS = "2026-11-20 18:08:22,962 I [1] gunicorn.error - Listening at: http://0.0.0.0:5001 (1)"
WRONG = service(None, {"port": 80, "targetPort": 8080})
EVERY = Inside(how="running", listening=(Socket(address="0.0.0.0", port=5001),))  # noqa: S104 - text
METRICS = service(None, {"port": 80, "targetPort": 5001, "name": "http"}, {"port": 9090, "name": "metrics"})
BOTH = deployment(spec(ports=[{"containerPort": 5001}, {"containerPort": 9090}]))
ASKS = spec(readinessProbe={"httpGet": {"path": "/", "port": 8080}})
CASES = (
    fires(
        scene(SAYS, pods=(pod(running()),), services=(WRONG,)),
        saw="service/score sends to port 8080, the server listens on 5001",
        findings=1,
    ),
    fires(scene(services=(service(None, {"port": 80}),), seen={"inside": EVERY}), saw="port 80", name="no targetPort"),
    fires(
        scene(controller=deployment(spec(command=["azmlinfsrv"])), services=(WRONG,), from_files=True),
        saw="command: azmlinfsrv",
    ),
    fires(scene(services=(WRONG,), from_files=True), saw="which no container declares", name="a warning"),
    quiet(scene(SAYS, pods=(pod(running()),), services=(service(),))),
    quiet(scene(SAYS, controller=BOTH, services=(METRICS,)), name="metrics of the same server"),
    quiet(scene(SAYS, controller=deployment(ASKS), pods=(pod(running(), ASKS),), services=(WRONG,)), name="it answers"),
    quiet(scene(SAYS, services=(service({"app": "x"}, {"port": 80}),)), name="it selects other pods"),
)
