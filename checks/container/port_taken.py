"""The port of the host is taken, so the container could not be started.

What it finds
-------------
The engine's error that a published port is in use by another container or program, reserved, or on an address that the
host does not have.

Why it breaks
-------------
The engine publishes the ports before it starts the command, and undoes the start when one cannot be had. Another
container of the same service, or the server itself run without a container, often has it.

How to fix
----------
End what has the port, or publish another one.

Learn more
----------
Source: moby `libnetwork/portallocator` and `drivers/bridge/port_mapping`. Observed with engine 20.10.24; engines from
28 say "failed to bind host port".
"""

import re
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.listening import ports_text, published
from checks.container.remake import remade
from checks.container.seen import container_of, inspected, state_quote
from checks.container.starting import start_failure
from checks.containers import ContainerState, Port
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled

_ADDRESS = (
    re.compile(r"Bind for (?P<ip>\S*?):(?P<port>\d+) failed"),
    re.compile(r"bind host port (?:for )?(?P<ip>\S*?):(?P<port>\d+)[:/]"),
    re.compile(r"(?:listen|exposing port) (?:TCP|tcp|UDP|udp)[46]? (?P<ip>\S*?):(?P<port>\d+)"),
)


@check(
    "container.port-taken",
    needs=("container",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=("logs.host-port-taken", "logs.port-in-use", "logs.v1-local-port-in-use", "logs.container-cannot-run"),
)
def port_taken(evidence: Evidence) -> Iterator[Finding]:
    """Name the port, and tell a port in use from an address that the host lacks."""
    seen, failure = container_of(evidence), start_failure(evidence)
    if failure is None or failure.kind != "port":
        return
    found = next((match for pattern in _ADDRESS if (match := pattern.search(failure.words))), None)
    ports = published(seen)
    port = int(found["port"]) if found else (ports[0].host_port or 0) if ports else 0
    foreign = "cannot assign requested address" in failure.words
    inner = next((one.container for one in ports if one.host_port == port), 5001)
    if foreign:
        title = f"the host has no address {found['ip'] if found else ''}, on which port {port} is to be published"
        fixes: tuple[Fix, ...] = (remade("publish it on every address", seen, "-p", f"{port}:{inner}"),)
    else:
        title = f"port {port or ''} of the host is taken: the container could not be started"
        fixes = (
            Fix(
                title="see who has it",
                commands=(f"docker ps --filter publish={port}", f"ss -ltnp 'sport = :{port}'"),
            ),
            remade(
                "publish another port",
                seen,
                "-p",
                f"{port + 1}:{inner}",
                compose=f'    ports: ["{port + 1}:{inner}"]',
                edge=f'"HostConfig": {{"PortBindings": {{"{inner}/tcp": [{{"HostPort": "{port + 1}"}}]}}}}',
            ),
        )
    yield Finding(
        title=titled(title, 88),
        evidence=(failure.quote, inspected(seen, f"published: {ports_text(evidence)}"), state_quote(seen)),
        about=(f"port:{port}",) if port else (),
        fixes=fixes,
    )


DRIVER = "driver failed programming external connectivity on endpoint score (128853a5): "


def _refused(words: str) -> Evidence:
    state = ContainerState(status="created", exit_code=128, error=words)
    return container(state=state, ports=(Port(container=5001, host_ip="0.0.0.0", host_port=8080),))  # noqa: S104


CASES = (
    fires(
        _refused(f"{DRIVER}Bind for 0.0.0.0:8080 failed: port is already allocated"),
        saw="port 8080 of the host is taken",
        findings=1,
    ),
    fires(_refused(f"{DRIVER}Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use")),
    fires(
        _refused(
            "failed to set up container networking: "
            f"{DRIVER}failed to bind host port for 0.0.0.0:8080:172.17.0.2:5001/tcp: address already in use"
        ),
        saw="port 8080",
        name="engine 28",
    ),
    fires(
        _refused(
            "Ports are not available: exposing port TCP 0.0.0.0:8080 -> 0.0.0.0:0: listen tcp 0.0.0.0:8080: bind: An "
            "attempt was made to access a socket in a way forbidden by its access permissions."
        ),
        saw="port 8080",
        name="Docker Desktop",
    ),
    fires(
        _refused(
            f"{DRIVER}Error starting userland proxy: listen tcp4 10.9.9.9:8080: bind: cannot assign requested address"
        ),
        saw="the host has no address 10.9.9.9",
    ),
    quiet(
        container(
            "E [1] gunicorn.error - Connection in use: ('0.0.0.0', 5001)",
            state=ContainerState(status="exited", exit_code=1),
        ),
        name="a port inside of the container",
    ),
    quiet(container(), name="it runs"),
)
