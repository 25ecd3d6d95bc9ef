"""The body of the request is too large.

What it finds
-------------
413 to a scoring request.

Why it breaks
-------------
Whoever stands first has a limit for bodies: 100 MB for nginx in an Azure ML image, 1 MB for an ingress that was left as
it is, a few megabytes for gateways. The request does not come to the script.

How to fix
----------
Send fewer rows at a time, compress images, or put the data into a storage account and send its address. In a cluster of
your own, raise the limit of the ingress.

Learn more
----------
nginx: `client_max_body_size`. Managed online endpoints had a limit of 1.5 MB in their first year.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import kind_named, told
from checks.http.records import Call, Endpoint
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, from_container, of_sample
from checks.runtime.wording import bytes_of, one_line


@check(
    "http.body-too-large", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH
)
def body_too_large(evidence: Evidence) -> Iterator[Finding]:
    """Tell how much was sent, and who refused it."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.body-too-large")
    if not calls:
        return
    first = calls[0]
    size = f": {bytes_of(first.sent)}" if first.sent else ""
    fixes = [advise("send fewer rows at a time, or the address of the data instead of the data")]
    if endpoint.kind != "managed":
        fixes.append(advise("raise the limit of the nginx or ingress that answered", "client_max_body_size <size>m;"))
    yield finding(endpoint, calls, f"the body{of_sample(first)} is too large for {_who(endpoint, first)}{size}", *fixes)


def _who(endpoint: Endpoint, call: Call) -> str:
    if from_container(call):
        return "the container"
    named = {"server": "the server", "other": "the server"}.get(endpoint.kind) or kind_named(endpoint).partition(",")[0]
    return one_line(call.headers.get("server", ""), 30) or named


CASES = (
    fires(
        live(
            HEALTHY, scored(413, "<h1>413 Request Entity Too Large</h1>", sent=120_000_000, headers={"server": "nginx"})
        ),
        saw="too large for nginx: 120 MB",
        findings=1,
    ),
    fires(live(scored(413, "", sent=2_000_000), url=URL), saw="the front end of the managed endpoint: 2 MB"),
    quiet(live(HEALTHY, scored())),
)
