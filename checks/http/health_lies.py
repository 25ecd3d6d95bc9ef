"""Health says that all is well, and scoring fails.

What it finds
-------------
`GET /` is answered with 200 while the scoring request gets an error of the server's own, or no answer.

Why it breaks
-------------
Health of an inference server says that init() has returned, no more: run() is never tried. Probes, load balancers and
dashboards that go by it show a service that is up while every client gets an error.

How to fix
----------
Cure what scoring fails of, which is told apart. Watch the service with a real request.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.http.reading import meaning, model_status
from checks.http.records import Call, Endpoint
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import advise, endpoint_of, finding, is_page, quote_call


@check(
    "http.health-lies",
    needs=("endpoint",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def health_lies(evidence: Evidence) -> Iterator[Finding]:
    """Put the answer of health beside that of scoring."""
    endpoint = endpoint_of(evidence)
    well = [call for call in endpoint.of("health") if call.status == 200 and not call.problem and not is_page(call)]
    failed = [call for call in endpoint.of("score") if _fails(endpoint, call)]
    if not well or not failed:
        return
    some = len(failed) < len(endpoint.of("score"))
    title = f"health says 200, and scoring {'sometimes ' if some else ''}gets {_what(failed[0])}"
    yield finding(
        endpoint,
        failed,
        title,
        advise("watch the service with a real request, and not with health alone"),
        more=(quote_call(well[0]),),
        about=(),
    )


def _fails(endpoint: Endpoint, call: Call) -> bool:
    """By a fault of the service: neither the request's nor that of a key."""
    if meaning(endpoint, call) is None:
        return False
    status = model_status(call) or call.status
    return status is None or bool(call.problem) or status >= 500 or status in {408, 424}


def _what(call: Call) -> str:
    return "no answer" if call.status is None else "no whole answer" if call.problem else str(call.status)


CASES = (
    fires(
        live(HEALTHY, scored(500, "An unexpected error occurred in scoring script.")),
        saw="scoring gets 500",
        findings=1,
    ),
    fires(live(HEALTHY, scored(None, problem="closed")), saw="scoring gets no answer"),
    fires(live(HEALTHY, scored(), scored(424), url=URL), saw="sometimes gets 424"),
    quiet(live(HEALTHY, scored())),
    quiet(live(HEALTHY, scored(400, "Bad Request")), name="the request is at fault"),
    quiet(live(HEALTHY, scored(401)), name="the key is"),
    quiet(
        live(HEALTHY, scored(424, "", headers={"ms-azureml-model-error-statuscode": "400"}), url=URL),
        name="the request is at fault, behind a managed endpoint",
    ),
    quiet(live(scored(500)), name="health was not asked"),
)
