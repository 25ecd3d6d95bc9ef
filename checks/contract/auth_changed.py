"""Requests need a key that old clients do not send.

What it finds
-------------
A scoring operation with a security scheme, where the old contract had none.

Why it breaks
-------------
Old clients send no Authorization header and get 401.

How to fix
----------
Tell the clients, and hand out keys, before the old version goes.

Learn more
----------
OpenAPI 3.1, "Security Requirement Object".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import told
from checks.contract.scenes import openapi, renewed
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check("contract.auth-changed", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def auth_changed(evidence: Evidence) -> Iterator[Finding]:
    """Tell the scheme."""
    for _, base in told(evidence, "auth-changed"):
        yield base(
            "requests need a key that old clients do not send",
            fix=Fix(title="hand out keys to the clients before the old version goes"),
        )


SECURE = openapi(
    securityDefinitions={"Bearer": {"type": "apiKey", "name": "Authorization", "in": "header"}},
    security=[{"Bearer": []}],
)

CASES = (
    fires(renewed(openapi(), SECURE), saw="`Bearer`"),
    quiet(renewed(SECURE, SECURE)),
    quiet(renewed(SECURE, openapi()), name="a key too much is ignored"),
)
