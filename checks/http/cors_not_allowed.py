"""Browsers may not call the service from other sites.

What it finds
-------------
The preflight of a browser that is answered without `Access-Control-Allow-Origin`.

Why it breaks
-------------
A page of another site that calls the service is stopped by the browser, `blocked by CORS policy`, before the request
goes out. Programs are not concerned. Managed online endpoints never add the header.

How to fix
----------
Where a browser is to call it, name its origins in `AML_CORS_ORIGINS`; before a managed endpoint put a gateway, or a
backend of your own that holds the key: in a browser everybody can read it.

Learn more
----------
Azure ML inference server: `AML_CORS_ORIGINS`, `--access_control_allow_origins`. Fetch standard, CORS protocol.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.http.reading import scored_well
from checks.http.records import Call, Endpoint
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import advise, endpoint_of, finding, word
from checks.runtime.wording import one_line


@check(
    "http.cors-not-allowed",
    needs=("endpoint",),
    stage=Stage.OPERATE,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def cors_not_allowed(evidence: Evidence) -> Iterator[Finding]:
    """Read the answer to the preflight."""
    endpoint = endpoint_of(evidence)
    call = endpoint.first("preflight")
    if call is None or call.problem or call.status is None or "access-control-allow-origin" in call.headers:
        return
    if call.status >= 500 or not scored_well(endpoint):
        return
    managed = endpoint.kind == "managed"
    yield finding(
        endpoint,
        (call,),
        f"browsers may not call the service from {_page(endpoint)}: no CORS header",
        advise("where a browser is to call it, put a backend of your own before the endpoint, which holds the key")
        if managed
        else advise(
            "where a browser is to call it, name the origins",
            f"AML_CORS_ORIGINS={word(endpoint.origin, '<https://app.example>')}",
        ),
        about=(),
        severity=Severity.WARNING if endpoint.origin else Severity.INFO,
    )


def _page(endpoint: Endpoint) -> str:
    return one_line(endpoint.origin, 40) if endpoint.origin else "other sites"


PRE = Call(purpose="preflight", method="OPTIONS", path="/score", status=200)
ALLOWED = {"access-control-allow-origin": "https://example.com"}
CASES = (
    fires(live(HEALTHY, PRE, scored()), saw="no CORS header", findings=1),
    fires(live(HEALTHY, PRE, scored(), origin="https://shop.example"), saw="from https://shop.example"),
    fires(live(HEALTHY, PRE, scored(), url=URL), saw="no CORS header"),
    quiet(
        live(HEALTHY, Call(purpose="preflight", method="OPTIONS", path="/score", status=200, headers=ALLOWED), scored())
    ),
    quiet(live(HEALTHY, PRE, scored(500)), name="scoring fails"),
    quiet(live(HEALTHY, scored())),
)
