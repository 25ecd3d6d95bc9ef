"""Another program answers at this address.

What it finds
-------------
A root that shows a web page, the default page of a web server for one, where an inference server says `Healthy`, and
scoring that does not work.

Why it breaks
-------------
The port or the host is that of something else: a web server that was there before, a dashboard, an ingress that sends
what it does not know to its default.

How to fix
----------
Compare host and port with those that the service publishes.

Learn more
----------
Azure ML inference server: `GET /` answers `Healthy`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import meaning
from checks.http.records import Call
from checks.http.reproduce import split
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, from_container, is_page, page_title
from checks.runtime.wording import one_line

QUIET = tuple(one for one in AFTERMATH if one != "http.other-service-answers")


@check(
    "http.other-service-answers",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    explains=("http.wrong-path", "http.method-not-allowed", "http.status-unexpected", "http.request-refused", *QUIET),
)
def other_service_answers(evidence: Evidence) -> Iterator[Finding]:
    """Read what the root shows, where scoring fails."""
    endpoint = endpoint_of(evidence)
    page = next((call for call in endpoint.of("health") if call.status == 200 and is_page(call)), None)
    scoring = endpoint.of("score", "empty")
    if page is None or from_container(page) or not scoring:
        return
    if any(meaning(endpoint, call) is None and 200 <= (call.status or 0) < 300 for call in scoring):
        return
    title = page_title(page)
    yield finding(
        endpoint,
        (page,),
        f"another program answers at {one_line(split(endpoint.url)[1], 40)}{f': {title}' if title else ''}",
        advise(
            "compare host and port with those that the service publishes", "docker ps", "kubectl get svc,ingress -A"
        ),
        about=(),
    )


INDEX = Call(purpose="health", method="GET", path="/", status=200, body="<html><title>Welcome to nginx!</title></html>")
CASES = (
    fires(live(INDEX, scored(404, "<h1>404 Not Found</h1>"), kind="other"), saw="Welcome to nginx", findings=1),
    quiet(live(INDEX, scored(), kind="other"), name="a service with a page of its own"),
    quiet(live(INDEX, kind="other"), name="nothing was scored"),
    quiet(live(HEALTHY, scored(404))),
)
