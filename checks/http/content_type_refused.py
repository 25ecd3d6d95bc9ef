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
from checks.http.records import Call
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, of_sample
from checks.runtime.wording import base_name, one_line

_WANTS_JSON = "Expects Content-Type to be application/json"  # server/input_parsers.py


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
    lost = not sent and _WANTS_JSON in first.body
    title = (
        f"the service does not take {one_line(sent, 40)}{of_sample(first)}"
        if sent
        else f"the Content-Type application/json does not reach the service{_file(first)}"
        if lost
        else f"the service wants another type than application/json{_file(first)}"
    )
    yield finding(
        endpoint,
        calls,
        title,
        *((advise("let what stands between hand the header on", "Content-Type: application/json"),) if lost else ()),
        *(() if lost else (advise("send JSON, and say so", "Content-Type: application/json"),)),
        advise("where run() is to take bytes, decorate it with @rawhttp instead of @input_schema"),
    )


def _file(call: Call) -> str:
    return f" for {base_name(call.sample)}" if call.sample else ""


SAYS = '{"message": "Expects Content-Type to be application/json"}'
CASES = (
    fires(live(HEALTHY, scored(415, SAYS, sent_type="image/png")), saw="does not take image/png", findings=1),
    fires(
        live(HEALTHY, scored(415, SAYS)), saw="application/json does not reach the service", name="dropped on the way"
    ),
    fires(live(scored(415, "Unsupported Media Type"), kind="other")),
    quiet(live(HEALTHY, scored(415, SAYS, purpose="empty", sample=None)), name="an empty request has no type"),
    quiet(live(HEALTHY, scored())),
)
