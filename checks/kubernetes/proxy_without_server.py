"""A proxy in the pod answers the probe, and the server behind it does not run.

What it finds
-------------
A probe that is answered with 502 or 504: nginx or a sidecar is up, and nobody stands behind it.

Why it breaks
-------------
The proxy starts at once and cannot reach the server, which is still starting, has ended, or listens on another port.
The pod stays out of its services, or its container is killed.

How to fix
----------
Read the log of the server: it says why it is not up.

Learn more
----------
Source: images of Azure ML run nginx on 5001 before the server on 127.0.0.1:31311; nginx answers 502 without it.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.probing import PATIENCE, SAID, last_failure, probes, shown, started, states, status_of
from checks.kubernetes.scenes import Scene, deployment, event, pod, running, scene, spec
from checks.kubernetes.seen import workload_of

BEHIND = frozenset({502, 504})


@check(
    "kubernetes.proxy-without-server",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.LIKELY,
    explains=("kubernetes.not-ready", "kubernetes.no-ready-endpoint", "kubernetes.liveness-kills", *SAID),
)
def proxy_without_server(evidence: Evidence) -> Iterator[Finding]:
    """Look at the status of the latest failure."""
    workload = workload_of(evidence)
    for asked in probes(workload):
        said = last_failure(workload, asked)
        if said is None or status_of(said) not in BEHIND:
            continue
        one = states(workload, asked.container)[0]
        seconds = started(workload, one)
        if seconds is not None and seconds < PATIENCE and not one.restarts:
            continue
        name = one.pod.name
        yield Finding(
            title=f"a proxy answers the {asked.kind} probe with {status_of(said)}: no server behind it",
            evidence=(asked.quote(workload, asked.handler, f"port {asked.port}"), *shown(said)),
            about=asked.about,
            fixes=(
                Fix(
                    title="read why the server is not up",
                    commands=(
                        f"kubectl logs {name} -c {one.name} -n {workload.namespace} --tail=200",
                        f"kubectl get pod {name} -n {workload.namespace} -o jsonpath='{{.spec.containers[*].name}}'",
                    ),
                ),
            ),
        )
        return


def _made(status: int, *, ready: bool = False, since: str = "2026-11-20T18:07:36Z") -> Scene:
    made = spec(readinessProbe={"httpGet": {"path": "/", "port": 5001}})
    return scene(
        controller=deployment(made),
        pods=(pod(running(ready=ready, since=since), made),),
        events=(event("Unhealthy", f"Readiness probe failed: HTTP probe failed with statuscode: {status}", count=40),),
    )


CASES = (
    fires(_made(502), saw="with 502", findings=1),
    quiet(_made(502, ready=True), name="it is up by now"),
    quiet(_made(502, since="2026-11-20T18:16:30Z"), name="still starting"),
    quiet(_made(500), name="the server itself fails"),
)
