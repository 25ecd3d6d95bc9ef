"""The headers of the request are too large.

What it finds
-------------
431 without the inference server's own words.

Why it breaks
-------------
A server or gateway limits one header, or all of them, to 8 kB or so. Tokens that carry many groups, and cookies of
other sites of the same domain, grow beyond it.

How to fix
----------
Send fewer headers: no cookies, a token for this service alone. The owner can raise the limit where it stands.

Learn more
----------
RFC 6585, 431. gunicorn: `limit_request_field_size`; nginx: `large_client_header_buffers`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding
from checks.runtime.wording import one_line


@check("http.headers-too-large", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def headers_too_large(evidence: Evidence) -> Iterator[Finding]:
    """Name who refused."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.headers-too-large")
    if not calls:
        return
    server = one_line(calls[0].headers.get("server", ""), 30)
    yield finding(
        endpoint,
        calls,
        f"the headers of the request are too large for {server or 'the service'}",
        advise("send fewer headers: no cookies, and a token for this service alone"),
        advise("raise the limit where the service is yours", "large_client_header_buffers 4 32k;"),
    )


CASES = (
    fires(live(HEALTHY, scored(431, "Request Header Fields Too Large")), saw="headers of the request", findings=1),
    quiet(live(scored(431, '{"message": "x-request-id must not exceed 100 characters"}'))),
    quiet(live(HEALTHY, scored())),
)
