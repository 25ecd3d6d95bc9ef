"""A container beside the server keeps ending, and takes the pod's readiness with it.

What it finds
-------------
A container that ends again and again while another one of the same pod, with a port, runs and is ready.

Why it breaks
-------------
A pod is ready when all of its containers are. The server works, but as long as the one beside it ends, the pod gets no
requests from its services.

How to fix
----------
Read the log of that container; cure it, or take it out of the pod where it is not needed.

Learn more
----------
Kubernetes documentation, "Pod lifecycle": a pod is ready when all containers are. "Sidecar containers" (from 1.28).
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.ends import enders, meaning, more
from checks.kubernetes.scenes import ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import PodContainer, containers_of, quote_ended, workload_of
from checks.runtime.wording import titled


@check(
    "kubernetes.sidecar-dies",
    needs=("workload",),
    stage=Stage.OPERATE,
    confidence=Confidence.CERTAIN,
    explains=(
        "kubernetes.crash-loop",
        "kubernetes.command-ends",
        "kubernetes.not-ready",
        "kubernetes.progress-deadline",
    ),
)
def sidecar_dies(evidence: Evidence) -> Iterator[Finding]:
    """Name both containers. What ends the one is told by its log."""
    workload = workload_of(evidence)
    for one, count in enders(workload):
        server = next((each for each in containers_of(one.pod) if _serves(each)), None)
        if server is None or one.ended is None or _serves(one) or (one.spec.ports and not one.init):
            continue
        if one.init and not one.is_sidecar:
            continue
        means = meaning(one.ended.exit_code)
        yield Finding(
            title=titled(f"container `{one.name}` keeps ending beside `{server.name}`, which runs", 88),
            evidence=(
                quote_ended(one),
                *((Quote(source=f"exit code {one.ended.exit_code}", text=means),) if means else ()),
                Quote(source=server.shown, text="running and ready; the pod is not"),
                *more(count),
            ),
            about=(f"container:{one.name}",),
            fixes=(
                Fix(
                    title="read its log",
                    commands=(f"kubectl logs {one.pod.name} -n {workload.namespace} -c {one.name} --previous",),
                ),
            ),
            confirm=f"kubectl get pod {one.pod.name} -n {workload.namespace}",
        )


def _serves(one: PodContainer) -> bool:
    """True for a container with a port that is at work."""
    return bool(not one.init and one.spec.ports and one.is_running and one.status and one.status.ready)


def _beside(state: dict[str, object], name: str = "log-shipper", server: dict[str, object] | None = None) -> object:
    """A pod of a server and of another container without a port."""
    other = {**spec(name=name), "ports": []}
    states = [{"name": "inference-server", **(server or running())}, {"name": name, **state}]
    return pod(running(ready=False), spec(), other, phase="Running", status={"containerStatuses": states})


LOOP = waiting("CrashLoopBackOff", last=ended(1), restarts=5)
CASES = (
    fires(
        scene(pods=(_beside(LOOP),)), saw="container `log-shipper` keeps ending beside `inference-server`", findings=1
    ),
    quiet(scene(pods=(_beside(LOOP, server=LOOP),)), name="the server ends as well"),
    quiet(scene(pods=(_beside(running()),))),
    quiet(scene(pods=(pod(LOOP),)), name="alone"),
)
