"""The path does not take POST.

What it finds
-------------
405 to a scoring request.

Why it breaks
-------------
The path is there, for another purpose: `/` of an inference server is health and takes GET only, a static site takes no
POST at all. A redirection before may have made GET of POST.

How to fix
----------
Send the request as POST to `/score`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`: GET, POST and OPTIONS at `/score`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import told
from checks.http.records import Call
from checks.http.scenes import HEALTHY, OF_SERVER, live, scored
from checks.http.seen import AFTERMATH, advise, beside, endpoint_of, finding
from checks.runtime.wording import one_line


@check(
    "http.method-not-allowed",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=AFTERMATH,
)
def method_not_allowed(evidence: Evidence) -> Iterator[Finding]:
    """Tell what the server would take."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.method-not-allowed")
    if not calls:
        return
    first = calls[0]
    allow = first.headers.get("allow", "")
    at_score = first.path.partition("?")[0].endswith("/score")
    yield finding(
        endpoint,
        calls,
        f"{one_line(first.path, 40)} does not take {first.method}{f', only {one_line(allow, 30)}' if allow else ''}",
        advise("compare host, port and path with the scoring URI: what answers there only shows pages")
        if first.status == 501
        else advise(
            "compare URL and method with what the service describes", f"curl -sS {beside(endpoint, 'swagger.json')}"
        )
        if at_score
        else advise(
            "send it to the path at which inference servers score", f"curl -i -X POST {beside(endpoint, 'score')}"
        ),
    )


SAYS = '{"message": "The method is not allowed for the requested URL."}'
CASES = (
    fires(live(scored(501, "Unsupported method ('POST')"), kind="other"), saw="does not take POST"),
    fires(
        live(HEALTHY, scored(405, SAYS, path="/", headers={**OF_SERVER, "allow": "GET, OPTIONS, HEAD"})),
        saw="/ does not take POST, only GET, OPTIONS, HEAD",
        findings=1,
    ),
    fires(live(scored(405, ""), kind="other")),
    quiet(live(scored(405, "", purpose="empty", method="OPTIONS", sample=None), kind="other"), name="of OPTIONS"),
    quiet(live(HEALTHY, scored())),
    quiet(live(HEALTHY, Call(purpose="preflight", method="OPTIONS", path="/score", status=405), scored())),
)
