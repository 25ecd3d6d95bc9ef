"""The request has no value for a parameter of run().

What it finds
-------------
400 `A value is not provided for the '...' parameter.` from the inference server.

Why it breaks
-------------
With `@input_schema` every parameter of run() is a key of the body, by the same name and case. The key that is named is
not there, so run() was not called. Keys that run() does not have are ignored without a word.

How to fix
----------
Send the key, spelt as the service's description spells it, or give the parameter a default.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import told
from checks.http.records import Call
from checks.http.scenes import HEALTHY, OF_SERVER, URL, live, scored
from checks.http.seen import AFTERMATH, advise, beside, endpoint_of, finding
from checks.runtime.wording import one_line

_NAME = re.compile(r"not provided for the '([^']*)' parameter")


@check("http.value-missing", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def value_missing(evidence: Evidence) -> Iterator[Finding]:
    """Read the name of the parameter from the answer."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.value-missing")
    if not calls:
        return
    first = calls[0]
    found = _NAME.search(first.body)
    name = one_line(found[1], 40) if found else "?"
    described = beside(endpoint, "swagger.json")
    yield finding(
        endpoint,
        calls,
        f"the service misses a value for `{name}`{_in(first)}",
        advise(f"send an object with the key `{name}`, spelt so", f'{{"{name}": <value>}}'),
        advise("see which keys the service describes", f"curl -sS {described}"),
    )


def _in(call: Call) -> str:
    return f" in {call.sample}" if call.sample else ""


SAYS = """{"message": "A value is not provided for the 'data' parameter."}"""
CASES = (
    fires(live(HEALTHY, scored(400, SAYS, headers=OF_SERVER)), saw="a value for `data` in sample.json", findings=1),
    fires(
        live(
            scored(424, SAYS, headers={"ms-azureml-model-error-statuscode": "400"}),
            url=URL,
        ),
        saw="ms-azureml-model-error-statuscode: 400",
        name="wrapped by the front end of a managed endpoint",
    ),
    quiet(live(HEALTHY, scored(400, "Bad Request"))),
    quiet(live(HEALTHY, scored())),
)
