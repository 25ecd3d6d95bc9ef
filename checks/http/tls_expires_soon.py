"""The certificate expires within two weeks.

What it finds
-------------
A valid certificate that has less than 14 days left.

Why it breaks
-------------
It works today. On the day it expires every client that verifies is refused at once. Automatic renewal is done weeks
before the end, so a certificate that has come this far is probably not being renewed.

How to fix
----------
Renew it now, and see why the renewal did not.

Learn more
----------
Azure Machine Learning documentation, "Use TLS to secure a web service": update the certificate.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.http.reaching import at_handshake, shaken
from checks.http.seen import advise, endpoint_of, host_of

SOON = 14.0  # days


@check(
    "http.tls-expires-soon",
    needs=("endpoint",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def tls_expires_soon(evidence: Evidence) -> Iterator[Finding]:
    """Count the days that are left."""
    endpoint = endpoint_of(evidence)
    tls = endpoint.tls
    days = tls.certificate.days_left if tls and tls.certificate else None
    if tls is None or tls.problem or tls.certificate is None or days is None or not 0 <= days < SOON:
        return
    left = f"{int(days)} days" if days >= 2 else "a day" if days >= 1 else "a few hours"
    yield at_handshake(
        endpoint,
        tls,
        f"the certificate expires in {left}: {host_of(endpoint)}",
        advise("renew it, and load the new one into what shows it"),
    )


CASES = (
    fires(shaken(None, days_left=6.5), saw="expires in 6 days", findings=1),
    fires(shaken(None, days_left=0.1), saw="a few hours"),
    quiet(shaken(None, days_left=14.5)),
    quiet(shaken("expired", days_left=-1.0), name="it has expired"),
)
