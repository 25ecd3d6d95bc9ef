"""The server speaks only TLS of old versions.

What it finds
-------------
A handshake that fails because the server offers nothing newer than TLS 1.1.

Why it breaks
-------------
Python, curl and browsers of today refuse TLS 1.0 and 1.1, and say `unsupported protocol` or `wrong version number`.

How to fix
----------
Switch TLS 1.2 or 1.3 on in the server or in the front end that ends TLS.

Learn more
----------
RFC 8996: TLS 1.0 and 1.1 must not be used.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reaching import at_handshake, shaken, tls_problem
from checks.http.seen import advise, endpoint_of, host_of, port_of


@check("http.tls-old-version", needs=("endpoint",), stage=Stage.REQUEST)
def tls_old_version(evidence: Evidence) -> Iterator[Finding]:
    """Read what the handshake said."""
    endpoint = endpoint_of(evidence)
    tls = tls_problem(endpoint, "old-version")
    if tls is None:
        return
    host = host_of(endpoint)
    yield at_handshake(
        endpoint,
        tls,
        f"{host} speaks no newer TLS than {tls.version or '1.1'}",
        advise(
            "switch TLS 1.2 or 1.3 on where TLS ends: the front end, the ingress, or the server",
            "ssl_protocols TLSv1.2 TLSv1.3;",
        ),
        confirm=f"openssl s_client -tls1_2 -connect {host}:{port_of(endpoint)} -servername {host} </dev/null",
    )


CASES = (
    fires(shaken("old-version", version="TLSv1.1"), saw="no newer TLS than TLSv1.1", findings=1),
    quiet(shaken(None)),
    quiet(shaken(None, version="TLSv1.2")),
)
