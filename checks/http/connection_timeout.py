"""No connection comes about: the address is silent.

What it finds
-------------
A host that answers neither yes nor no to a connection.

Why it breaks
-------------
Something drops the packets: a firewall, a network security group, a private endpoint asked from outside of its network,
or no machine has that address any more. A machine that merely lacks the server would refuse at once.

How to fix
----------
Ask from inside of the network, open the port in the rules between here and there, or correct the address.

Learn more
----------
Azure documentation, "Network security groups"; "Secure online endpoints with network isolation".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_connection
from checks.http.records import Connection
from checks.http.scenes import HEALTHY, URL, live
from checks.http.seen import advise, endpoint_of, host_of, port_of


@check("http.connection-timeout", needs=("endpoint",), stage=Stage.REQUEST, confidence=Confidence.CERTAIN)
def connection_timeout(evidence: Evidence) -> Iterator[Finding]:
    """Read how the connection ended."""
    endpoint = endpoint_of(evidence)
    made = endpoint.connection
    if made is None or made.problem != "timeout" or made.proxy:
        return
    port = port_of(endpoint)
    private = endpoint.kind in {"managed", "kubernetes"} or _is_private(made.address)
    ask = "ask from a machine of the service's network" if private else "ask from another network"
    yield at_connection(
        endpoint,
        f"{host_of(endpoint)} port {port} does not answer a connection",
        advise(f"{ask}, to tell a rule in between from a machine that is gone", f"nc -vz {host_of(endpoint)} {port}"),
        advise(f"open port {port} in the firewall and the network security group before the service"),
    )


def _is_private(address: str) -> bool:
    parts = address.split(".")
    return address.startswith(("10.", "192.168.", "fd")) or (
        len(parts) == 4 and parts[0] == "172" and parts[1].isdigit() and 16 <= int(parts[1]) < 32
    )


SILENT = Connection(address="10.3.0.7", port=443, problem="timeout", words="timed out", seconds=10.0)
CASES = (
    fires(live(url=URL, connection=SILENT, tls=None), saw="port 443 does not answer", findings=1),
    quiet(live(HEALTHY)),
    quiet(live(connection=Connection(address="10.0.0.4", port=5001, problem="refused")), name="refused"),
)
