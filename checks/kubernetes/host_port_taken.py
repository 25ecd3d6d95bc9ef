"""The port of the node that the pod wants is taken on every node.

What it finds
-------------
`didn't have free ports for the requested pod ports` of the scheduler, and the `hostPort` that asks for it.

Why it breaks
-------------
A host port exists once on each node. With more pods than nodes, or during a rollout while the old pod still runs, the
next pod stays Pending.

How to fix
----------
Leave `hostPort` out and reach the pod through a service, or let the old pod go first (`maxSurge: 0`).

Learn more
----------
Kubernetes documentation, "Configuration Best Practices": avoid hostPort.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import ContainerPort
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import pending, scene, spec
from checks.kubernetes.scheduling import waits_for
from checks.kubernetes.seen import workload_of


@check(
    "kubernetes.host-port-taken",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=("kubernetes.rollout-without-room",),
)
def host_port_taken(evidence: Evidence) -> Iterator[Finding]:
    """Name the ports."""
    workload = workload_of(evidence)
    for one, _ in waits_for(workload, "ports"):
        asked = [(c.name, port) for c in one.pod.spec.containers for port in c.ports if port.host_port]
        numbers = ", ".join(str(port.host_port) for _, port in asked) or "that it asks for"
        yield Finding(
            title=f"host port {numbers} is taken on every node",
            evidence=(
                one.quote,
                *(Quote(source=f"container {name}", text=f"hostPort: {p.host_port}") for name, p in asked),
            ),
            about=tuple(f"port:{port.host_port}" for _, port in asked),
            fixes=(
                *_left_out(workload, asked),
                *((Fix(title="where it is wanted: let the old pod go first (maxUnavailable: 1)"),) if asked else ()),
            ),
            no_fix=None if asked else "the pod's ports are not known; look at hostPort and hostNetwork of its template",
        )


def _left_out(workload: Workload, asked: list[tuple[str, ContainerPort]]) -> tuple[Fix, ...]:
    return tuple(
        of_container(
            f"leave out hostPort {port.host_port}, and reach the pod through a service",
            workload,
            name,
            {"ports": [{"containerPort": port.container_port, "hostPort": None}]},
        )
        for name, port in asked[:1]
    )


SAID = "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."

CASES = (
    fires(scene(pods=(pending(SAID, spec(ports=[{"containerPort": 5001, "hostPort": 5001}])),)), saw="host port 5001"),
    quiet(scene(pods=(pending("0/1 nodes are available: 1 Too many pods."),))),
)
