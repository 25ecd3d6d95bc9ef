"""The certificate has expired.

What it finds
-------------
A certificate whose last day is over.

Why it breaks
-------------
Every client that verifies refuses the connection (`CERTIFICATE_VERIFY_FAILED: certificate has expired`) before it sends
a request. Managed endpoints renew theirs; for a certificate of your own on AKS or a container instance nobody does.

How to fix
----------
Renew the certificate where it is kept, and see that the server shows the new one. Switching the verification off hands
the key to whoever answers.

Learn more
----------
Azure Machine Learning documentation, "Use TLS to secure a web service": update the certificate.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_handshake, shaken, tls_problem
from checks.http.seen import advise, endpoint_of, host_of


@check("http.tls-expired", needs=("endpoint",), stage=Stage.REQUEST, confidence=Confidence.CERTAIN)
def tls_expired(evidence: Evidence) -> Iterator[Finding]:
    """Read what the verification said."""
    endpoint = endpoint_of(evidence)
    tls = tls_problem(endpoint, "expired")
    if tls is None:
        return
    days = tls.certificate.days_left if tls.certificate else None
    since = f" {_days(-days)} ago" if days is not None and days < 0 else ""
    renew = {
        "kubernetes": "renew it in the certificate secret of azureml-fe, and update the attached compute",
        "container-instance": "renew it and deploy the container group again with the new one",
    }.get(endpoint.kind, "renew it and load it into the server, or the front end, that shows it")
    yield at_handshake(
        endpoint,
        tls,
        f"the certificate expired{since}: {host_of(endpoint)}",
        advise(renew),
        advise("where it was renewed, restart what shows it: the old one is still in memory"),
    )


def _days(days: float) -> str:
    whole = int(days)
    return f"{whole} days" if whole > 1 else "a day" if whole == 1 else "less than a day"


CASES = (
    fires(shaken("expired", days_left=-12.4, not_after="2026-11-10T00:00:00Z"), saw="expired 12 days ago", findings=1),
    fires(shaken("expired", days_left=-0.2), saw="less than a day ago"),
    quiet(shaken(None)),
    quiet(shaken("self-signed", self_signed=True)),
)
