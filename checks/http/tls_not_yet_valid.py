"""The certificate is not valid yet.

What it finds
-------------
A certificate whose first day lies ahead.

Why it breaks
-------------
Clients that verify refuse the connection until that day. Either the certificate was issued for later, or the clock of
the machine that asks is wrong.

How to fix
----------
Compare the clock of this machine with another; when it is right, go back to the former certificate until the day comes.

Learn more
----------
RFC 5280, section 4.1.2.5: validity.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_handshake, shaken, tls_problem
from checks.http.seen import advise, endpoint_of, host_of


@check("http.tls-not-yet-valid", needs=("endpoint",), stage=Stage.REQUEST, confidence=Confidence.CERTAIN)
def tls_not_yet_valid(evidence: Evidence) -> Iterator[Finding]:
    """Read what the verification said."""
    endpoint = endpoint_of(evidence)
    tls = tls_problem(endpoint, "not-yet-valid")
    if tls is None:
        return
    begin = f" before {tls.certificate.not_before}" if tls.certificate and tls.certificate.not_before else " yet"
    yield at_handshake(
        endpoint,
        tls,
        f"the certificate is not valid{begin}: {host_of(endpoint)}",
        advise("compare the clock of this machine with another", "date -u"),
        advise("when the clock is right, show the former certificate until that day"),
    )


CASES = (
    fires(
        shaken("not-yet-valid", not_before="2026-12-01T00:00:00Z", days_until_valid=9.0),
        saw="not valid before 2026-12-01",
        findings=1,
    ),
    quiet(shaken(None)),
    quiet(shaken("expired", days_left=-3.0)),
)
