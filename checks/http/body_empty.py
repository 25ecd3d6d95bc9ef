"""The body of the request arrives empty.

What it finds
-------------
400 `POST body is empty. Expecting a JSON dictionary.` to a request that was sent with a sample.

Why it breaks
-------------
The sample is empty, or the body was lost on the way: a redirection makes GET of POST, and a proxy may drop it.

How to fix
----------
Send the body, to the address that needs no redirection.

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
from checks.http.scenes import HEALTHY, OF_SERVER, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, of_sample
from checks.runtime.wording import bytes_of


@check("http.body-empty", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def body_empty(evidence: Evidence) -> Iterator[Finding]:
    """Tell an empty sample from a body that was lost."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.body-empty")
    if not calls:
        return
    first = calls[0]
    lost = first.sent > 0
    title = (
        f"the service gets an empty body, though {bytes_of(first.sent)} were sent"
        if lost
        else f"the body{of_sample(first)} is empty"
    )
    fixes = (
        advise("see what stands between, and drops the body: a redirection, a proxy"),
        advise("send a Content-Length, and no chunked body, where the front end takes none"),
    )
    yield finding(endpoint, calls, title, *(fixes if lost else (advise("send a JSON object", '{"data": <value>}'),)))


SAYS = '{"message": "POST body is empty. Expecting a JSON dictionary."}'
CASES = (
    fires(live(HEALTHY, scored(400, SAYS, headers=OF_SERVER)), saw="the body for sample.json is empty", findings=1),
    fires(live(HEALTHY, scored(400, SAYS, headers=OF_SERVER, sent=120)), saw="though 120 bytes were sent"),
    quiet(live(HEALTHY, scored(400, SAYS, purpose="empty", sample=None)), name="an empty request is meant to be empty"),
    quiet(live(HEALTHY, scored())),
)
