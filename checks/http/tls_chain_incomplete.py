"""The issuer of the certificate is not known: the chain is incomplete.

What it finds
-------------
A certificate that cannot be followed to an authority that this machine trusts.

Why it breaks
-------------
Servers have to send the certificates between their own and the authority's. When one is left out, browsers often find
it by themselves, and Python, curl and Java refuse. The same words come when a company's own authority, or a proxy that
opens TLS, is not known to this client.

How to fix
----------
Let the server send the whole chain (its own certificate first, then the intermediates), or give the client the
authority's certificate.

Learn more
----------
RFC 8446, section 4.4.2. curl: `--cacert`; requests: `verify` and `REQUESTS_CA_BUNDLE`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reaching import at_handshake, shaken, tls_problem
from checks.http.seen import advise, endpoint_of, host_of, port_of
from checks.runtime.wording import one_line


@check("http.tls-chain-incomplete", needs=("endpoint",), stage=Stage.REQUEST)
def tls_chain_incomplete(evidence: Evidence) -> Iterator[Finding]:
    """Read what the verification said."""
    endpoint = endpoint_of(evidence)
    tls = tls_problem(endpoint, "chain")
    if tls is None:
        return
    host, issuer = host_of(endpoint), one_line(tls.certificate.issuer, 40) if tls.certificate else ""
    yield at_handshake(
        endpoint,
        tls,
        f"the certificate's issuer is unknown{f': {issuer}' if issuer else ''}",
        advise(
            "let the server send its certificate and all intermediates",
            f"openssl s_client -connect {host}:{port_of(endpoint)} -servername {host} -showcerts </dev/null",
        ),
        advise(
            "where the issuer is your own authority, give it to the client",
            "export REQUESTS_CA_BUNDLE=<authority.pem> CURL_CA_BUNDLE=<authority.pem>",
        ),
    )


CASES = (
    fires(shaken("chain", issuer="Example Issuing CA"), saw="issuer is unknown: Example Issuing CA", findings=1),
    quiet(shaken(None)),
    quiet(shaken("self-signed", self_signed=True)),
)
