"""The TLS handshake fails.

What it finds
-------------
A handshake that the other side breaks off, or that fails for a reason which none of the other checks knows.

Why it breaks
-------------
No request is sent. A server closes the connection when it does not know the name that it is asked for (SNI), when it
shares no cipher with the client, or when it speaks no TLS; a firewall that inspects traffic does the same.

How to fix
----------
Read what the handshake says in detail, and compare it with a client for which it works.

Learn more
----------
`man openssl-s_client`. RFC 8446, section 6: alerts.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_handshake, shaken, tls_problem
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, host_of, lesser, port_of


@check("http.tls-refused", needs=("endpoint",), stage=Stage.REQUEST, explains=AFTERMATH)
def tls_refused(evidence: Evidence) -> Iterator[Finding]:
    """The handshake of the look itself, or that of a later request."""
    endpoint = endpoint_of(evidence)
    host = host_of(endpoint)
    look = f"openssl s_client -connect {host}:{port_of(endpoint)} -servername {host} </dev/null"
    fix = advise("read the handshake: its last alert says who refused what", look)
    if tls := tls_problem(endpoint, "closed", "other"):
        how = "is broken off" if tls.problem == "closed" else "fails"
        fields = {"confidence": Confidence.CERTAIN, "confirm": look}
        yield at_handshake(endpoint, tls, f"the TLS handshake with {host} {how}", fix, **fields)
    elif calls := told(endpoint, "http.tls-refused"):
        title = f"the TLS connection to {host} fails in the middle of a request"
        yield finding(endpoint, calls, title, fix, severity=lesser(breaks(endpoint, calls)))


CASES = (
    fires(shaken("closed"), saw="inference.ml.azure.com is broken off", findings=1),
    fires(shaken("other"), saw="inference.ml.azure.com fails"),
    fires(live(HEALTHY, scored(None, problem="tls", words="decryption failed"), url=URL), saw="in the middle"),
    quiet(shaken(None)),
    quiet(shaken("expired", days_left=-2.0)),
)
