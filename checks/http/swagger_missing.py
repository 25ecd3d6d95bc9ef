"""The service hands out no description of itself.

What it finds
-------------
`/swagger.json` that is not there, or is a web page, of a service that otherwise answers.

Why it breaks
-------------
Nothing breaks for clients that know what to send. Tools that read the description (Power BI, code generators, doctor's
own checks of payloads) have none.

How to fix
----------
Serve `/swagger.json`: the inference server does so by itself, from version 0.7.3 on for every run().

Learn more
----------
Azure ML inference server, "Swagger": `GET /swagger.json?version=3`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.http.reading import scored_well
from checks.http.records import Call, Endpoint
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import advise, endpoint_of, finding, is_page


@check(
    "http.swagger-missing",
    needs=("endpoint",),
    stage=Stage.OPERATE,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def swagger_missing(evidence: Evidence) -> Iterator[Finding]:
    """Only where the service is there and its answers are its own."""
    endpoint = endpoint_of(evidence)
    call = endpoint.first("swagger")
    if call is None or call.problem or (call.status != 404 and not (call.status == 200 and is_page(call))):
        return
    if "Swagger version" in call.body or not _is_there(endpoint):
        return
    old = "No decorators provided" in call.body
    yield finding(
        endpoint,
        (call,),
        "the service hands out no description: /swagger.json is "
        + ("a web page" if call.status == 200 else "not there"),
        advise("decorate run() with @input_schema, or put a swagger.json beside the script")
        if old
        else advise(
            "serve /swagger.json, or give doctor the description", "doctor check <swagger file> --sample <sample>"
        ),
        about=(),
    )


def _is_there(endpoint: Endpoint) -> bool:
    """True when scoring works, or health answers in words."""
    health = (call.status == 200 and not is_page(call) for call in endpoint.of("health"))
    return scored_well(endpoint) or any(health)


GONE = Call(purpose="swagger", method="GET", path="/swagger.json", status=404, body="Not Found")
OTHER = Call(
    purpose="swagger", method="GET", path="/swagger.json", status=404, body="Swagger version [2] is not supported"
)
CASES = (
    fires(live(HEALTHY, GONE, scored()), saw="/swagger.json is not there", findings=1),
    quiet(live(GONE, scored(404)), name="nothing is there"),
    quiet(live(HEALTHY, OTHER, scored()), name="another version is"),
    quiet(live(HEALTHY, scored())),
)
