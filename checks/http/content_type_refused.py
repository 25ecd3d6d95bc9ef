"""The service refuses the type of the body.

What it finds
-------------
415, or `Expects Content-Type to be application/json`.

Why it breaks
-------------
With `@input_schema` the server takes JSON only, and goes by the header `Content-Type`, whatever the body is. curl's
`-d` alone sends `application/x-www-form-urlencoded`, and so does `requests.post(url, data={...})`.

How to fix
----------
Send the header `Content-Type: application/json` with JSON, or decorate run() with `@rawhttp` where it is to take bytes.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, of_sample
from checks.runtime.wording import one_line


@check(
    "http.content-type-refused",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=AFTERMATH,
)
def content_type_refused(evidence: Evidence) -> Iterator[Finding]:
    """Tell which type was sent."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.content-type-refused")
    if not calls:
        return
    first = calls[0]
    sent = first.sent_type
    title = (
        f"the service does not take {one_line(sent, 40)}{of_sample(first)}"
        if sent
        else f"the service wants another type than application/json{of_sample(first)}, or does not see it"
    )
    yield finding(
        endpoint,
        calls,
        title,
        advise("send JSON, and say so", "Content-Type: application/json"),
        *(() if sent else (advise("see whether something between drops the header Content-Type"),)),
        advise("where run() is to take bytes, decorate it with @rawhttp instead of @input_schema"),
    )


SAYS = '{"message": "Expects Content-Type to be application/json"}'
CASES = (
    fires(live(HEALTHY, scored(415, SAYS, sent_type="image/png")), saw="does not take image/png", findings=1),
    fires(live(scored(415, "Unsupported Media Type"), kind="other")),
    quiet(live(HEALTHY, scored(415, SAYS, purpose="empty", sample=None)), name="an empty request has no type"),
    quiet(live(HEALTHY, scored())),
)
