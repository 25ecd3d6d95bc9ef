"""There is no way to the address from here.

What it finds
-------------
A host whose address the network of this machine has no route to, or a connection that failed for a reason of this
machine's network.

Why it breaks
-------------
The packet never leaves, or a router says that it knows no way: a VPN that is down, an address of another private
network, an IPv6 address where only IPv4 is routed.

How to fix
----------
Connect to the network of the service, or ask by an address that this network can reach.

Learn more
----------
`man 7 ip`, `man 2 connect`: ENETUNREACH, EHOSTUNREACH.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_connection
from checks.http.records import Connection
from checks.http.scenes import HEALTHY, live
from checks.http.seen import advise, endpoint_of


@check("http.unreachable", needs=("endpoint",), stage=Stage.REQUEST, confidence=Confidence.CERTAIN)
def unreachable(evidence: Evidence) -> Iterator[Finding]:
    """Read how the connection ended."""
    endpoint = endpoint_of(evidence)
    made = endpoint.connection
    if made is None or made.problem not in {"unreachable", "other"} or made.proxy:
        return
    known = made.problem == "unreachable"
    yield at_connection(
        endpoint,
        f"no way leads from here to {made.address}" if known else f"the connection to {made.address} fails",
        advise("connect the VPN, or ask from a machine of the service's network", f"ip route get {made.address}"),
        confidence=Confidence.CERTAIN if known else Confidence.LIKELY,
    )


NOWHERE = Connection(address="fd00::7", port=443, problem="unreachable", words="[Errno 101] Network is unreachable")
CASES = (
    fires(live(connection=NOWHERE), saw="Network is unreachable", findings=1),
    fires(live(connection=Connection(address="10.0.0.9", port=80, problem="other", words="[Errno 99]"))),
    quiet(live(HEALTHY)),
)
