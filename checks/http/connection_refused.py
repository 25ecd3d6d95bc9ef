"""Nothing listens at the address: the connection is refused.

What it finds
-------------
A host that refuses the connection to the port of the URL.

Why it breaks
-------------
The machine is there and says at once that no program listens on that port: the container is down or still starts, it
listens on another port (5001 for an Azure ML image), or on 127.0.0.1 inside of its container, where nobody from outside
arrives.

How to fix
----------
See that the server runs, on which port, and bound to 0.0.0.0; publish that port.

Learn more
----------
Azure ML inference server: port 5001 by default, `--port`. Docker documentation, "Port publishing and mapping".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.http.reaching import at_connection
from checks.http.reading import breaks, told
from checks.http.records import Connection, Endpoint
from checks.http.scenes import HEALTHY, LOCAL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, host_of, lesser, port_of, read_log

USUAL = 5001


@check(
    "http.connection-refused",
    needs=("endpoint",),
    stage=Stage.REQUEST,
    confidence=Confidence.CERTAIN,
    explains=AFTERMATH,
)
def connection_refused(evidence: Evidence) -> Iterator[Finding]:
    """The connection itself, or a later one of the same look."""
    endpoint = endpoint_of(evidence)
    where = f"{host_of(endpoint)} port {port_of(endpoint)}"
    if (made := endpoint.connection) and made.problem == "refused" and not made.proxy:
        yield at_connection(endpoint, f"nothing listens at {where}: the connection is refused", *_fixes(endpoint))
    elif calls := told(endpoint, "http.connection-refused"):
        fixes = (read_log(endpoint, "see why the server went away while it was asked"), *_fixes(endpoint))
        severity = lesser(breaks(endpoint, calls))
        yield finding(endpoint, calls, f"{where} refuses the connection by now", *fixes, severity=severity)


def _fixes(endpoint: Endpoint) -> tuple[Fix, ...]:
    port = port_of(endpoint)
    look = advise("see that the server runs, and where it listens", "docker ps", f"ss -ltn 'sport = :{port}'")
    if endpoint.kind in {"managed", "kubernetes", "container-instance"}:
        return (read_log(endpoint, "see whether the service is up, and why not"),)
    usual = advise(f"use the port that the image listens on, {USUAL} for the inference server")
    bound = advise("bind the server to 0.0.0.0 and publish its port", f"docker run -p {port}:{USUAL} <image>")
    return (look, *(() if port == USUAL else (usual,)), bound)


REFUSED = Connection(address="127.0.0.1", port=5001, problem="refused", words="[Errno 111] Connection refused")
CASES = (
    fires(live(connection=REFUSED), saw="127.0.0.1 port 5001", findings=1),
    fires(live(HEALTHY, scored(None, problem="refused", words="Connection refused")), saw="by now"),
    fires(live(scored(None, problem="refused"), connection=REFUSED), findings=1, name="said once"),
    quiet(live(HEALTHY, scored())),
    quiet(live(connection=Connection(address="10.0.0.4", port=5001, problem="timeout"), url=LOCAL), name="silence"),
)
