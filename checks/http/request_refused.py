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
from checks.http.reading import kind_named, model_status, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, beside, endpoint_of, finding, from_container, of_sample, read_log


@check("http.request-refused", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def request_refused(evidence: Evidence) -> Iterator[Finding]:
    """Quote what the service has against it."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.request-refused")
    if not calls:
        return
    first = calls[0]
    inner = model_status(first) or first.status
    by = "the container" if from_container(first) or model_status(first) else kind_named(endpoint)
    yield finding(
        endpoint,
        calls,
        f"the request{of_sample(first)} is refused with {inner}",
        advise(
            "send what the answer asks for",
            f"curl -sS {beside(endpoint, 'swagger.json')}",
        ),
        read_log(endpoint, f"see what {by} has to say about it in its log"),
    )


CASES = (
    fires(live(HEALTHY, scored(400, '{"error": "age must be positive"}')), saw="age must be positive", findings=1),
    fires(live(scored(422, '{"detail": [{"loc": ["body", "data"]}]}'), kind="other"), saw="refused with 422"),
    quiet(live(HEALTHY, scored(400, "", purpose="empty", sample=None)), name="an empty request may be refused"),
    quiet(live(HEALTHY, scored(400, "The plain HTTP request was sent to HTTPS port")), name="the other scheme"),
    quiet(live(HEALTHY, scored())),
)
