"""The port is published on the loopback address of the host only.

What it finds
-------------
A published port whose host address is 127.0.0.1 or ::1.

Why it breaks
-------------
Only programs on the same machine can connect. That is right for a trial, and wrong when clients come from elsewhere;
with an engine on another machine, not even its own user can connect.

How to fix
----------
Publish the port without an address, or with the address of the network that clients use.

Learn more
----------
Docker documentation, "Port publishing and mapping", "Publishing ports to localhost".
"""

from collections.abc import Iterator

from checks.cases import ENGINE, container, fires, quiet
from checks.check import check
from checks.container.listening import port_line, published
from checks.container.remake import remade
from checks.container.seen import container_of, inspected
from checks.containers import ContainerState, EngineInfo, Port
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage


@check(
    "container.published-on-loopback",
    needs=("container",),
    stage=Stage.ANSWER,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def published_on_loopback(evidence: Evidence) -> Iterator[Finding]:
    """Worth knowing; a warning where the engine is on another machine."""
    seen = container_of(evidence)
    ports = published(seen)
    is_used = seen.state.status in {"running", "restarting"}  # one that restarts is both in turns
    if not is_used or not ports or not all((one.host_ip or "").startswith(("127.", "::1")) for one in ports):
        return
    first = ports[0]
    yield Finding(
        title=f"port {first.container} is published on {first.host_ip} only: this machine alone can connect",
        evidence=tuple(inspected(seen, port_line(one)) for one in ports[:3]),
        severity=Severity.WARNING if seen.engine.remote else Severity.INFO,
        fixes=(
            remade(
                "if clients come from elsewhere, publish it on every address",
                seen,
                "-p",
                f"{first.host_port or first.container}:{first.container}",
                compose=f'    ports: ["{first.host_port or first.container}:{first.container}"]',
            ),
        ),
    )


LOCAL = Port(container=5001, host_ip="127.0.0.1", host_port=5001)
ANY = Port(container=5001, host_ip="127.0.0.1", host_port=0)
FAR = EngineInfo(address="tcp://docker.contoso.com:2376", architecture="amd64", remote=True)
CASES = (
    fires(container(ports=(LOCAL,)), saw="published on 127.0.0.1 only", findings=1),
    fires(container(ports=(LOCAL,), engine=FAR), name="an engine elsewhere"),
    fires(
        container(ports=(ANY,), state=ContainerState(status="restarting")),
        saw="port 5001 is published",
        name="between two starts",
    ),
    quiet(container(ports=(Port(container=5001, host_ip="0.0.0.0", host_port=5001),), engine=ENGINE)),  # noqa: S104
    quiet(container(ports=(LOCAL, Port(container=5001, host_ip="10.0.0.4", host_port=5001))), name="elsewhere, too"),
    quiet(container(ports=(Port(container=5001),)), name="not published"),
)
