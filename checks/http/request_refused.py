"""The service refuses the request as a bad one.

What it finds
-------------
400 or 422 with words of the script's own, of another framework, or of a front end.

Why it breaks
-------------
Whoever answered does not take the request as it is: the script checks its input and says 400 itself, FastAPI says 422
with the places that do not fit, a front end does not like a header.

How to fix
----------
Read the body of the answer: it tells what is wanted. It is quoted below.

Learn more
----------
RFC 9110, 400 and 422. Azure ML inference server, AMLResponse: a script may answer any status.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.message import message_of
from checks.http.reading import model_status, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import (
    AFTERMATH,
    advise,
    beside,
    endpoint_of,
    finding,
    of_sample,
    quiet_confidence,
    read_log,
    served,
    who_answered,
)
from checks.runtime.wording import base_name, one_line


@check("http.request-refused", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def request_refused(evidence: Evidence) -> Iterator[Finding]:
    """Quote what the service has against it."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.request-refused")
    if not calls:
        return
    first = calls[0]
    inner = model_status(first) or first.status
    says = message_of(first)
    file = of_sample(first).replace(first.sample, base_name(first.sample)) if first.sample else ""
    described = (f"curl -sS {beside(endpoint, 'swagger.json')}",) if served(endpoint) else ()
    yield finding(
        endpoint,
        calls,
        f"the request{file} is refused with {inner}{f': {one_line(says, 60)}' if says else ''}",
        advise("send what the answer asks for", *described),
        read_log(endpoint, f"see what {who_answered(endpoint, first)} says about it in the log"),
        confidence=quiet_confidence(bool(says)),
    )


CASES = (
    fires(live(HEALTHY, scored(400, '{"error": "age must be positive"}')), saw="age must be positive", findings=1),
    fires(
        live(
            scored(422, '{"detail": [{"type": "missing", "loc": ["body", "text"], "msg": "Field required"}]}'),
            kind="other",
        ),
        saw="refused with 422: body.text: Field required",
        name="of FastAPI",
    ),
    fires(live(scored(400, "<h1>Bad Request</h1>"), kind="other"), saw="is refused with 400"),
    quiet(live(HEALTHY, scored(400, "", purpose="empty", sample=None)), name="an empty request may be refused"),
    quiet(live(HEALTHY, scored(400, "The plain HTTP request was sent to HTTPS port")), name="the other scheme"),
    quiet(live(HEALTHY, scored())),
)
