"""The service answers with a status that no other check explains.

What it finds
-------------
A scoring request that is answered with neither a success nor a status whose meaning for this kind of service is known.

Why it breaks
-------------
The client has no score. A 500 without the marks of the inference server is an error of another program, or of one
between; the body and the headers are all that tells.

How to fix
----------
Look up the request by its id in the log of whoever answered.

Learn more
----------
RFC 9110, section 15: status codes.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, endpoint_of, finding, of_sample, read_log


@check(
    "http.status-unexpected", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH
)
def status_unexpected(evidence: Evidence) -> Iterator[Finding]:
    """The last resort of what has a status."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.status-unexpected")
    if not calls:
        return
    first = calls[0]
    yield finding(
        endpoint,
        calls,
        f"{first.method} {first.path}{of_sample(first)} is answered with {first.status}",
        read_log(endpoint, "look the request up in the log of whoever answered"),
    )


CASES = (
    fires(
        live(HEALTHY, scored(500, "<h1>Internal Server Error</h1>"), kind="other"), saw="answered with 500", findings=1
    ),
    fires(live(scored(418, "I'm a teapot"))),
    fires(live(scored(520, ""), kind="other")),
    quiet(live(HEALTHY, scored(204, ""))),
    quiet(live(HEALTHY, scored())),
    quiet(live(HEALTHY, scored(500, "An unexpected error occurred in scoring script."))),
)
