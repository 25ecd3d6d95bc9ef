"""The host wants a certificate of the client.

What it finds
-------------
A handshake that fails because the host asks the client for a certificate, and none was shown.

Why it breaks
-------------
Whoever ends TLS before the service (an ingress, a gateway, an application gateway with mutual TLS) lets only clients in
that prove who they are. Neither key nor token helps: they would be sent later.

How to fix
----------
Give the client its certificate and key, or switch mutual TLS off for this service.

Learn more
----------
RFC 8446, section 4.3.2. curl: `--cert` and `--key`; requests: `cert=`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reaching import at_handshake, shaken, tls_problem
from checks.http.seen import advise, endpoint_of, host_of, word


@check(
    "http.client-certificate-wanted",
    needs=("endpoint",),
    stage=Stage.REQUEST,
    explains=("http.swagger-missing",),
)
def client_certificate_wanted(evidence: Evidence) -> Iterator[Finding]:
    """Read what the handshake said."""
    endpoint = endpoint_of(evidence)
    tls = tls_problem(endpoint, "client-certificate")
    if tls is None:
        return
    yield at_handshake(
        endpoint,
        tls,
        f"{host_of(endpoint)} wants a certificate of the client",
        advise(
            "show the client's certificate",
            f"curl --cert <client.pem> --key <client.key> {word(endpoint.url)}",
        ),
        advise("switch mutual TLS off for this service in its ingress or gateway"),
    )


CASES = (
    fires(shaken("client-certificate"), saw="wants a certificate of the client", findings=1),
    quiet(shaken(None)),
    quiet(shaken("closed")),
)
