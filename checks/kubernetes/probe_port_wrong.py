"""A probe asks a port on which the server does not listen.

What it finds
-------------
A readiness, liveness or startup probe whose port is not the one that the server listens on, by the sockets inside, the
log, or the command line.

Why it breaks
-------------
The kubelet connects to the pod on the port of the probe, whatever the server does, and gets "connection refused". A
readiness probe then keeps the pod out of every service, a liveness or startup probe has the container killed and
started again, although the server works.

How to fix
----------
Set the probe to the port of the server: 5001 for images of Azure ML and `azmlinfsrv`.

Learn more
----------
Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes". Source: kubelet 1.20.2, `prober.go`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.containers import Inside, Socket
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.kubernetes.listening import Listener, elsewhere
from checks.kubernetes.patching import of_container
from checks.kubernetes.probing import SAID, STATES, is_refused, last_failure, passes, probes, shown
from checks.kubernetes.scenes import deployment, event, pod, running, scene, spec
from checks.kubernetes.seen import workload_of


@check(
    "kubernetes.probe-port-wrong",
    needs=("workload",),
    stage=Stage.OPERATE,
    explains=(*STATES, *SAID, "kubernetes.listens-on-loopback"),
)
def probe_port_wrong(evidence: Evidence) -> Iterator[Finding]:
    """Compare each probe's port with what listens."""
    workload = workload_of(evidence)
    for asked in probes(workload):
        number = asked.number
        if number is None or passes(workload, asked):
            continue
        server = elsewhere(evidence, number, asked.container)
        if server is None:
            continue
        said = last_failure(workload, asked)
        refused = said is not None and is_refused(said)
        yield Finding(
            title=f"the {asked.kind} probe asks port {number}, the server listens on {server.port}",
            evidence=(
                asked.quote(workload, f"{asked.handler}.port", asked.port),
                server.quote,
                *shown(said if refused else None),
            ),
            severity=Severity.ERROR if refused or server.witness != "image" else Severity.WARNING,
            confidence=_confidence(server, refused=refused),
            explains=asked.leads_to,
            about=(*asked.about, f"port:{number}"),
            fixes=(
                of_container(
                    f"let the {asked.kind} probe ask port {server.port}",
                    workload,
                    asked.container.name,
                    asked.patch(port=server.port),
                ),
            ),
            confirm=None if workload.from_files else f"kubectl rollout status {workload.shown} -n {workload.namespace}",
        )


def _confidence(server: Listener, *, refused: bool) -> Confidence:
    if server.witness == "socket" or (refused and server.is_sure):
        return Confidence.CERTAIN
    return Confidence.POSSIBLE if server.witness == "image" and not refused else Confidence.LIKELY


def _probe(port: int | str, kind: str = "readinessProbe", **more: object) -> dict[str, object]:
    return spec(**{kind: {"httpGet": {"path": "/", "port": port}, **more}})


SAYS = "2026-11-20 18:08:22,962 I [1] gunicorn.error - Listening at: http://0.0.0.0:5001 (1)"
REFUSED = event(
    "Unhealthy",
    'Readiness probe failed: Get "http://172.17.0.18:8080/": dial tcp 172.17.0.18:8080: connect: connection refused',
    container="inference-server",
    count=99,
)
WAITS = (pod(running(ready=False), _probe(8080)),)
EVERY = Inside(how="running", listening=(Socket(address="0.0.0.0", port=5001),))  # noqa: S104 - text
SERVER = ["azmlinfsrv", "--entry_script", "score.py"]
TWO = (_probe(9090), spec(name="metrics", image="metrics:1", ports=[{"containerPort": 9090}]))
BY_VARIABLE = {**_probe(8080), "command": ["python", "serve.py"], "env": [{"name": "PORT", "value": "9090"}]}
CASES = (
    fires(
        scene(SAYS, controller=deployment(_probe(8080)), pods=WAITS, events=(REFUSED,)),
        saw="the readiness probe asks port 8080, the server listens on 5001",
        findings=1,
    ),
    fires(
        scene(controller=deployment(_probe(8080)), pods=WAITS, seen={"inside": EVERY}),
        saw="listens on 0.0.0.0:5001",
        name="by the sockets",
    ),
    fires(
        scene(controller=deployment({**_probe(80, "livenessProbe"), "command": SERVER}), from_files=True, pods=()),
        saw="command: azmlinfsrv",
        name="by the manifest alone",
    ),
    fires(
        scene(controller=deployment(BY_VARIABLE), pods=(pod(running(ready=False), BY_VARIABLE),), events=(REFUSED,)),
        saw="env PORT: 9090",
        name="by the variable that the code most likely reads",
    ),
    quiet(scene(SAYS, controller=deployment(_probe(5001)), pods=(pod(running(ready=False), _probe(5001)),))),
    quiet(scene(SAYS, controller=deployment(_probe(8080)), pods=(pod(running(), _probe(8080)),)), name="it passes"),
    quiet(scene(controller=deployment(_probe(8080)), pods=WAITS, events=(REFUSED,)), name="nobody knows the port"),
    quiet(scene(SAYS, controller=deployment(*TWO), pods=(pod(running(ready=False), *TWO),)), name="a neighbour's port"),
    quiet(scene(SAYS, controller=deployment(_probe("http")), pods=WAITS), name="a name that the container lacks"),
    quiet(
        scene("I [1] gunicorn.error - Listening at: http://127.0.0.1:31311 (9)", controller=deployment(_probe(5001))),
        name="nginx before the server",
    ),
)
