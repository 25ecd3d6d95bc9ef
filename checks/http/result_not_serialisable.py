"""The server cannot send what run() returned.

What it finds
-------------
500 `An unexpected internal error occurred` while run() did not fail.

Why it breaks
-------------
The server writes the result with Python's own JSON encoder, which knows no numpy, pandas, datetime, bytes or sets: an
array or a `numpy.float32` makes it fail after run() was done. A body that is no UTF-8, sent to a run() with
`@input_schema`, ends in the same words.

How to fix
----------
Return plain lists, numbers, strings and dicts: `.tolist()`, `float(x)`, `.to_dict()`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/create_app.py`; observed for each type.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, OF_SERVER, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, of_sample, quiet_confidence, read_log

_WORDS = re.compile(r"Object of type (\w+) is not JSON serializable")


@check("http.result-not-serialisable", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def result_not_serialisable(evidence: Evidence) -> Iterator[Finding]:
    """Quote the encoder's words where an old server tells them."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.result-not-serialisable")
    if not calls:
        return
    first = calls[0]
    found = _WORDS.search(first.body)
    kind = f" ({found[1]})" if found else ""
    yield finding(
        endpoint,
        calls,
        f"the result of run(){of_sample(first)} cannot be written as JSON{kind}",
        advise("return plain values", "return result.tolist()"),
        read_log(endpoint, "see in the log which type it is: `is not JSON serializable`"),
        confidence=quiet_confidence(found is not None),
    )


SAYS = '{"message": "An unexpected internal error occurred. Check the logs for more info."}'
OLD = "An unexpected internal error occurred. TypeError: Object of type ndarray is not JSON serializable"
CASES = (
    fires(live(HEALTHY, scored(500, SAYS, headers=OF_SERVER)), saw="cannot be written as JSON", findings=1),
    fires(live(HEALTHY, scored(500, OLD)), saw="as JSON (ndarray)"),
    fires(live(scored(424, SAYS, headers={"ms-azureml-model-error-statuscode": "500"}), url=URL)),
    quiet(live(HEALTHY, scored(500, SAYS.replace("internal error", "error"), headers=OF_SERVER))),
    quiet(live(HEALTHY, scored(500, SAYS, purpose="empty", sample=None)), name="nothing was sent"),
    quiet(live(HEALTHY, scored())),
)
