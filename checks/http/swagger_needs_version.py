"""The description is there in a newer version only.

What it finds
-------------
`/swagger.json` that is 404 because the service cannot be described in version 2, which is the default.

Why it breaks
-------------
Version 2.0 has no words for lists of mixed types. The server then prepares 3 and 3.1 alone, and answers 404 to whoever
asks without a version, as most tools do.

How to fix
----------
Ask with `?version=3`, or give the decorator a sample whose lists hold one type.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/swagger.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.http.records import Call
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import advise, beside, endpoint_of, finding
from checks.runtime.wording import one_line

_SAYS = re.compile(r"Swagger version \[[^\]]*\] is not supported.*?versions: \[([^\]]*)\]", re.DOTALL)


@check(
    "http.swagger-needs-version",
    needs=("endpoint",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def swagger_needs_version(evidence: Evidence) -> Iterator[Finding]:
    """Read which versions are served."""
    endpoint = endpoint_of(evidence)
    call = next((one for one in endpoint.of("swagger") if one.status == 404 and _SAYS.search(one.body[:2000])), None)
    if call is None:
        return
    found = _SAYS.search(call.body[:2000])
    served = one_line(found[1], 30) if found else "3"
    yield finding(
        endpoint,
        (call,),
        f"/swagger.json is 404: the description is there in versions {served} only",
        advise("ask for a version that is served", f"curl -sS '{beside(endpoint, 'swagger.json')}?version=3'"),
        advise("give @input_schema a sample whose lists hold one type"),
        about=(),
    )


SAYS = "Swagger version [2] is not supported for the scoring script. Supported swagger versions: [3, 3.1]."
CASES = (
    fires(
        live(HEALTHY, Call(purpose="swagger", method="GET", path="/swagger.json", status=404, body=SAYS), scored()),
        saw="in versions 3, 3.1 only",
        findings=1,
    ),
    quiet(live(HEALTHY, Call(purpose="swagger", method="GET", path="/swagger.json", status=404, body="no"), scored())),
    quiet(live(HEALTHY, Call(purpose="swagger", method="GET", path="/swagger.json", status=200, body="{}"), scored())),
)
