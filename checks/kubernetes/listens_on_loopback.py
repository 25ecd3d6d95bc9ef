"""The server listens on 127.0.0.1, where neither services nor probes reach it.

What it finds
-------------
A server that listens on an address of the container alone, on the port that a service or a probe asks.

Why it breaks
-------------
Services and the kubelet connect to the address of the pod. What listens on 127.0.0.1 is reached from inside of the pod
alone, so they get "connection refused", while a test by `kubectl port-forward` or `kubectl exec` succeeds.

How to fix
----------
Bind the server to every address: `0.0.0.0`.

Learn more
----------
Documentation of gunicorn (`--bind`), uvicorn and Flask (`--host`): each takes 127.0.0.1 when none is named.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.containers import Inside, Socket
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.listening import BEHIND_NGINX, Listener, declared, is_answered, listeners, number_of
from checks.kubernetes.probing import SAID, STATES, is_refused, last_failure, probes, shown
from checks.kubernetes.scenes import deployment, event, pod, running, scene, service, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import selecting, target_number


@check(
    "kubernetes.listens-on-loopback",
    needs=("workload",),
    stage=Stage.ANSWER,
    explains=(*STATES, *SAID, "container.listens-on-loopback", "logs.listens-on-loopback", "logs.connection-refused"),
)
def listens_on_loopback(evidence: Evidence) -> Iterator[Finding]:
    """Look for a port that is asked from outside, and that only a loopback address has."""
    workload = workload_of(evidence)
    known = listeners(evidence)
    outer = {one.port for one in known if not one.loopback}
    asked = {one.number for one in probes(workload)} | {
        target_number(workload, port) for each in selecting(workload) for port in each.spec.ports
    }
    for one in known:
        wanted = one.port in (asked - {None} or declared(workload.spec).keys())
        if not one.loopback or one.port in outer or not wanted or one.port in BEHIND_NGINX:
            continue
        if is_answered(workload, one.port):
            continue
        refused = [said for each in probes(workload) if (said := last_failure(workload, each)) and is_refused(said)]
        yield Finding(
            title=f"the server listens on 127.0.0.1:{one.port}, inside of the pod only",
            evidence=(one.quote, *_asked(evidence, one), *shown(refused[0] if refused else None)),
            severity=Severity.ERROR if one.witness != "image" or refused else Severity.WARNING,
            confidence=Confidence.CERTAIN if one.witness == "socket" else Confidence.LIKELY,
            about=(*(f"container:{each.name}" for each in _containers(evidence)), f"port:{one.port}"),
            fixes=(
                Fix(
                    title="bind it to every address of the pod",
                    commands=(
                        f"gunicorn --bind 0.0.0.0:{one.port} ...",
                        f"uvicorn --host 0.0.0.0 --port {one.port} ...",
                        f'app.run(host="0.0.0.0", port={one.port})',
                    ),
                ),
            ),
        )
        return


def _containers(evidence: Evidence) -> tuple[Container, ...]:
    spec_of = workload_of(evidence).spec
    return tuple(spec_of.containers) if spec_of else ()


def _asked(evidence: Evidence, one: Listener) -> tuple[Quote, ...]:
    """Who asks for the port from outside."""
    workload = workload_of(evidence)
    for each in selecting(workload):
        for port in each.spec.ports:
            if target_number(workload, port) == one.port:
                return (quote_field(f"service/{each.name}", "spec.ports.targetPort", one.port),)
    for asked in probes(workload):
        if number_of(asked.port or 0, asked.container) == one.port:
            return (asked.quote(workload, f"{asked.handler}.port", one.port),)
    return ()


HERE = "[2026-11-20 18:08:22 +0000] [1] [INFO] Listening at: http://127.0.0.1:5001 (1)"
ASKS = spec(readinessProbe={"httpGet": {"path": "/", "port": 5001}})
REFUSED = event(
    "Unhealthy",
    'Readiness probe failed: Get "http://172.17.0.8:5001/": dial tcp 172.17.0.8:5001: connect: connection refused',
    container="inference-server",
)
CASES = (
    fires(
        scene(HERE, controller=deployment(ASKS), pods=(pod(running(ready=False), ASKS),), events=(REFUSED,)),
        saw="listens on 127.0.0.1:5001",
        findings=1,
    ),
    fires(
        scene(
            pods=(pod(running()),),
            services=(service(),),
            seen={"inside": Inside(how="running", listening=(Socket(address="127.0.0.1", port=5001),))},
        ),
        saw="targetPort: 5001",
        name="without a probe the pod is ready, and refuses",
    ),
    fires(
        scene(
            controller=deployment(spec(command=["uvicorn", "app:app", "--port", "5001"])),
            services=(service(),),
            from_files=True,
        ),
        name="by the command: its default",
    ),
    quiet(scene("Listening at: http://0.0.0.0:5001 (1)", pods=(pod(running()),), services=(service(),))),
    quiet(
        scene("Listening at: http://127.0.0.1:31311 (1)", pods=(pod(running()),), services=(service(),)), name="nginx"
    ),
    quiet(scene(HERE, controller=deployment(ASKS), pods=(pod(running(), ASKS),)), name="a proxy has the port: ready"),
)
