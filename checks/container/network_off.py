"""The container has no network.

What it finds
-------------
A container in network `none`, which published ports do not change, with what its log says of hosts that it could not
reach.

Why it breaks
-------------
It has a loopback and nothing else: nobody outside can send it a request, and it can fetch no model, package or secret.
`-p` is taken without a word, and has no effect.

How to fix
----------
Make the container again in a network.

Learn more
----------
Docker documentation, "None network driver".
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import remade
from checks.container.seen import blamed, container_of, inspected, is_up
from checks.containers import ContainerState, Port
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage

REACHING_OUT = (
    "dns-failed",
    "network-unreachable",
    "connection-retries-exceeded",
    "hub-unreachable",
    "connection-timeout",
    "connection-refused",
    "workspace-config-missing",
    "address-not-available",
)


@check(
    "container.network-off",
    needs=("container",),
    stage=Stage.OPERATE,
    explains=(
        "container.port-mismatch",
        "runtime.host-unreachable",
        "runtime.network-at-start",
        *(f"logs.{one}" for one in REACHING_OUT if one != "workspace-config-missing"),
    ),
)
def network_off(evidence: Evidence) -> Iterator[Finding]:
    """An error where ports were to be published or hosts were missed; else a warning."""
    seen = container_of(evidence)
    if seen.network_mode != "none":
        return
    missed = tuple(line.quote for line in blamed(evidence, *REACHING_OUT))
    wanted = any(port.host_port is not None for port in seen.ports)
    yield Finding(
        title="the container has no network: it can neither be reached nor reach anything",
        evidence=(
            inspected(seen, "network: none"),
            *missed[:2],
            *((inspected(seen, "ports were to be published, which has no effect"),) if wanted else ()),
        ),
        severity=Severity.ERROR if missed or wanted or is_up(seen) else Severity.WARNING,
        confidence=Confidence.CERTAIN,
        fixes=(
            remade(
                "make it again in a network, with its port published",
                seen,
                "--network",
                "bridge",
                "-p",
                "5001:5001",
                compose="    network_mode: bridge",
                edge='"HostConfig": {"NetworkMode": "bridge"}',
            ),
        ),
    )


SAYS = (
    "Traceback (most recent call last):\n"
    '  File "/var/azureml-app/score.py", line 4, in init\n    urlopen(MODEL)\n'
    "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>\n"
)
ENDED = ContainerState(status="exited", exit_code=3)
CASES = (
    fires(container(SAYS, network_mode="none", state=ENDED), saw="name resolution", findings=1),
    fires(container(network_mode="none", ports=(Port(container=5001, host_port=5001),)), saw="has no effect"),
    fires(container(network_mode="none", state=ENDED), name="a warning"),
    quiet(container(SAYS), name="a name that the network cannot resolve"),
    quiet(container(network_mode="host")),
    quiet(container(network_mode="scoring_none")),
)
