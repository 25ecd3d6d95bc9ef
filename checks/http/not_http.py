"""What answers does not speak HTTP.

What it finds
-------------
A port that answers with something that is no HTTP.

Why it breaks
-------------
Another program listens there: a database, SSH, gRPC or MQTT, a port of the image that is not for scoring (8883 of older
images), or TLS. Clients say `Invalid HTTP`, `BadStatusLine`.

How to fix
----------
Use the port on which the service answers HTTP: 5001 of an Azure ML image.

Learn more
----------
Azure ML inference images: 5001 for HTTP, 31311 inside of the container, 8883 for MQTT in images up to 2021.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, host_of, lesser, port_of


@check("http.not-http", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def not_http(evidence: Evidence) -> Iterator[Finding]:
    """Quote the first words that came."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.not-http")
    if not calls:
        return
    port = port_of(endpoint)
    some = any(call.status for call in endpoint.calls)
    fixes = [advise(f"see what listens at port {port}", f"curl -v --http0.9 telnet://{host_of(endpoint)}:{port}")]
    fixes += [advise("use the port on which the service answers HTTP, 5001 of an Azure ML image")] if not some else []
    yield finding(
        endpoint,
        calls,
        f"{calls[0].method} {calls[0].path} gets something that is no HTTP from port {port}",
        *fixes,
        severity=lesser(breaks(endpoint, calls)),
    )


CASES = (
    fires(
        live(
            scored(None, problem="not-http", words="illegal status line: SSH-2.0-OpenSSH_9.2"), url="http://h:22/score"
        ),
        saw="no HTTP from port 22",
        findings=1,
    ),
    quiet(live(HEALTHY, scored())),
    quiet(live(scored(None, problem="closed"))),
)
