"""No port of the container is published, so nobody outside can reach the server.

What it finds
-------------
A server that listens in a container of the default network, none of whose ports is published on the host. EXPOSE alone
publishes nothing.

Why it breaks
-------------
A container has addresses of its own, which only containers of its network and, on Linux, the host can reach. A request
to the host's port 5001 meets nothing and is refused.

How to fix
----------
Make the container again with `-p`. In a network of its own, where other containers are its clients, nothing is missing.

Learn more
----------
Docker documentation, "Port publishing and mapping". Dockerfile reference, EXPOSE.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.listening import likeliest, listening, published
from checks.container.remake import made_by, remade
from checks.container.seen import answers_of, container_of, inspected, is_up
from checks.containers import Answer, Answers, Container, Inside, Port, Socket
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage

OF_THE_ENGINE = frozenset({"default", "bridge", "nat"})


@check("container.port-not-published", needs=("container",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def port_not_published(evidence: Evidence) -> Iterator[Finding]:
    """An error in the default network where nobody asked from inside; else worth knowing."""
    seen = container_of(evidence)
    if not is_up(seen) or published(seen) or seen.network_mode in {"host", "none"}:
        return
    if seen.network_mode.startswith(("container:", "ns:")):
        return
    outside = tuple(one for one in listening(evidence) or () if not one.loopback)
    if not outside:
        return
    server = likeliest(outside)
    alone = seen.network_mode in OF_THE_ENGINE and made_by(seen) == "docker"
    asked = bool(answers_of(evidence))  # whatever came of a request from inside has another reason
    yield Finding(
        title=f"the server listens on {server.port}, and no port of the container is published",
        evidence=(server.quote, inspected(seen, f"network {seen.network_mode}, {_exposed(seen)}no published port")),
        severity=Severity.ERROR if alone and not asked else Severity.WARNING if alone else Severity.INFO,
        about=(f"port:{server.port}",),
        fixes=(
            remade(
                "publish it on the host",
                seen,
                "-p",
                f"{server.port}:{server.port}",
                compose=f'    ports: ["{server.port}:{server.port}"]',
                edge=f'"HostConfig": {{"PortBindings": {{"{server.port}/tcp": [{{"HostPort": "{server.port}"}}]}}}}',
            ),
        ),
    )


def _exposed(seen: Container) -> str:
    ports = [str(one.container) for one in seen.ports]
    return f"exposed: {', '.join(ports)}, " if ports else ""


EVERY: dict[str, object] = {
    "inside": Inside(how="running", listening=(Socket(address="0.0.0.0", port=5001),))  # noqa: S104 - text
}
ASKED = Answers(
    items=(Answer(method="POST", path="/score", route="inside", address="http://127.0.0.1:5001", status=500),)
)
CASES = (
    fires(container(seen=EVERY), saw="the server listens on 5001, and no port", findings=1),
    fires(container(seen=EVERY, ports=(Port(container=5001),)), saw="exposed: 5001", name="EXPOSE publishes nothing"),
    fires(container(seen={**EVERY, "answers": ASKED}), saw="no port", findings=1, name="asked from inside: a warning"),
    fires(container(seen=EVERY, network_mode="scoring_net"), name="a network of its own: worth knowing"),
    quiet(container(seen=EVERY, ports=(Port(container=5001, host_port=32768),)), name="published"),
    quiet(container(seen=EVERY, network_mode="host"), name="the host's network"),
    quiet(container(seen=EVERY, network_mode="container:4f1d"), name="another container's network"),
    quiet(container(), name="what listens is not known"),
)
