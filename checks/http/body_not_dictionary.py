"""The body of the request is no JSON object.

What it finds
-------------
400 `POST body should be a JSON dictionary.` from the inference server.

Why it breaks
-------------
With `@input_schema` the server takes the parameters of run() from the keys of an object. A list, a number or a string
has no keys; JSON that was encoded twice is a string.

How to fix
----------
Put the value under the name of run()'s parameter.

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


@check(
    "http.body-not-dictionary",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=AFTERMATH,
)
def body_not_dictionary(evidence: Evidence) -> Iterator[Finding]:
    """Tell what the server wants instead."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.body-not-dictionary")
    if not calls:
        return
    first = calls[0]
    yield finding(
        endpoint,
        calls,
        f"the service wants a JSON object, and the body{of_sample(first)} is none",
        advise("put the value under the name of run()'s parameter", '{"<parameter>": [[1, 2, 3]]}'),
        advise("encode once: a body that begins with a quotation mark is JSON inside a string"),
    )


SAYS = '{"message": "POST body should be a JSON dictionary."}'
CASES = (
    fires(live(HEALTHY, scored(400, SAYS, headers=OF_SERVER)), saw="wants a JSON object", findings=1),
    quiet(live(HEALTHY, scored(400, "Bad Request"))),
    quiet(live(HEALTHY, scored())),
)
