"""The certificate is signed by itself.

What it finds
-------------
A certificate that no authority signed but its own key.

Why it breaks
-------------
No client knows its issuer, so all that verify refuse the connection. It is common for test clusters and for what a
proxy of a company puts between.

How to fix
----------
Have an authority that your clients trust sign one, or give each client the certificate to trust.

Learn more
----------
Azure Machine Learning documentation, "Use TLS to secure a web service". curl: `--cacert`; requests: `verify`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_handshake, shaken, tls_problem
from checks.http.seen import advise, endpoint_of, host_of


@check("http.tls-self-signed", needs=("endpoint",), stage=Stage.REQUEST, confidence=Confidence.CERTAIN)
def tls_self_signed(evidence: Evidence) -> Iterator[Finding]:
    """Read what the verification said."""
    endpoint = endpoint_of(evidence)
    tls = tls_problem(endpoint, "self-signed")
    if tls is None:
        return
    yield at_handshake(
        endpoint,
        tls,
        f"the certificate of {host_of(endpoint)} is signed by itself",
        advise("show a certificate of an authority that the clients trust"),
        advise(
            "give the client this certificate to trust, from a source that you trust yourself",
            "export REQUESTS_CA_BUNDLE=<certificate.pem> CURL_CA_BUNDLE=<certificate.pem>",
        ),
    )


CASES = (
    fires(shaken("self-signed", self_signed=True, issuer="score"), saw="signed by itself", findings=1),
    quiet(shaken(None)),
    quiet(shaken("expired", self_signed=True, days_left=-1.0), name="the first reason is told"),
)
