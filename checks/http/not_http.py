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

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, host_of, lesser, port_of

GREETINGS = (
    (re.compile(r"SSH-\d"), "SSH"),
    (re.compile(r"mysql|mariadb|\\x00\\x00\\x00\\n\d+\.\d+\.\d+", re.IGNORECASE), "MySQL"),
    (re.compile(r"""['"]-(?:ERR|DENIED|NOAUTH) """), "Redis"),
    (re.compile(r"220[ -].*(?:SMTP|ESMTP)"), "a mail server"),
    (re.compile(r"220[ -].*FTP"), "FTP"),
)
"""How programs greet that are no HTTP servers, or what they answer to one line of HTTP."""


@check(
    "http.not-http",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=(*AFTERMATH, "http.connection-reset", "http.closed-without-answer", "http.no-answer-in-time"),
)
def not_http(evidence: Evidence) -> Iterator[Finding]:
    """Quote the first words that came."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.not-http")
    if not calls:
        return
    port = port_of(endpoint)
    program = next((name for words, name in GREETINGS if words.search(calls[0].words)), "")
    some = any(call.status for call in endpoint.calls)
    fixes = [advise(f"see what listens at port {port}", f"curl -v --http0.9 telnet://{host_of(endpoint)}:{port}")]
    fixes += [advise("use the port on which the service answers HTTP, 5001 of an Azure ML image")] if not some else []
    yield finding(
        endpoint,
        calls,
        f"{program} listens at port {port}, and no HTTP server"
        if program
        else f"{calls[0].method} {calls[0].path} gets something that is no HTTP from port {port}",
        *fixes,
        severity=lesser(breaks(endpoint, calls)),
    )


CASES = (
    fires(
        live(
            scored(None, problem="not-http", words="illegal status line: SSH-2.0-OpenSSH_9.2"), url="http://h:22/score"
        ),
        saw="SSH listens at port 22",
        findings=1,
    ),
    fires(
        live(scored(None, problem="not-http", words="it began with b'\\x15\\x03\\x01\\x00'")),
        saw="no HTTP from port 5001",
    ),
    quiet(live(HEALTHY, scored())),
    quiet(live(scored(None, problem="closed"))),
)
