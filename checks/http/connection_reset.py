"""The connection is reset.

What it finds
-------------
A connection that the other side tears down with a reset, while it is made or in the middle of a request.

Why it breaks
-------------
A reset in the middle of a request means that the program that held it is gone, as a worker that was killed, or that a
firewall or load balancer cut in. The client sees `Connection reset by peer` and no status.

How to fix
----------
Where health answers and scoring is reset, look for a worker that died. Where every request is reset, look at what
stands between: a firewall, or a port that speaks another protocol.

Learn more
----------
`man 7 tcp`: ECONNRESET. Azure ML inference server: a worker that is killed is replaced, its request is lost.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_connection
from checks.http.reading import breaks, told
from checks.http.records import Connection
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, host_of, lesser, of_sample, port_of, read_log


@check(
    "http.connection-reset",
    needs=("endpoint",),
    stage=Stage.REQUEST,
    confidence=Confidence.CERTAIN,
    explains=(*AFTERMATH, "http.connection-refused", "http.container-down"),
)
def connection_reset(evidence: Evidence) -> Iterator[Finding]:
    """At the connection, or in a request."""
    endpoint = endpoint_of(evidence)
    where = f"{host_of(endpoint)} port {port_of(endpoint)}"
    between = advise("see what stands between: a firewall, a load balancer, or a port of another protocol")
    if (made := endpoint.connection) and made.problem == "reset" and not made.proxy:
        yield at_connection(endpoint, f"{where} resets every connection", between)
    elif calls := told(endpoint, "http.connection-reset"):
        first, healthy = calls[0], any(call.status for call in endpoint.of("health"))
        died = read_log(endpoint, "look for a worker that was killed: memory, or a crash of native code")
        yield finding(
            endpoint,
            calls,
            f"the connection is reset in the middle of {first.method} {first.path}{of_sample(first)}",
            *((died, between) if healthy else (between, died)),
            severity=lesser(breaks(endpoint, calls)),
        )


CASES = (
    fires(live(HEALTHY, scored(None, problem="reset", words="reset by peer")), saw="POST /score", findings=1),
    fires(live(connection=Connection(address="10.0.0.4", port=5001, problem="reset")), saw="every connection"),
    quiet(live(HEALTHY, scored())),
    quiet(live(HEALTHY, scored(None, problem="closed")), name="closed without a reset"),
)
