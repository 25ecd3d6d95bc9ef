"""The inference server is of a version with known faults.

What it finds
-------------
`x-ms-server-version` of before 0.8.4.

Why it breaks
-------------
Nothing has to break by it. Before 0.8.1 an exception's words go to the client, before 0.7.2 invalid input gets 500
instead of 400, before 0.8.4 streamed answers do not work.

How to fix
----------
Rebuild the image with a current server.

Learn more
----------
azureml-inference-server-http, change log.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage
from checks.http.records import Call
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import advise, endpoint_of, finding

_VERSION = re.compile(r"azmlinfsrv/(\d+(?:\.\d+)+)")
FAULTS = (
    ((0, 7, 2), "invalid input gets 500 instead of 400"),
    ((0, 8, 1), "exceptions are told to clients"),
    ((0, 8, 4), "streamed answers do not work"),
)
"""The first version without the fault, and the fault."""


@check(
    "http.server-old", needs=("endpoint",), stage=Stage.OPERATE, severity=Severity.INFO, confidence=Confidence.CERTAIN
)
def server_old(evidence: Evidence) -> Iterator[Finding]:
    """Compare the version with those that mended something."""
    endpoint = endpoint_of(evidence)
    call = next((one for one in endpoint.calls if "x-ms-server-version" in one.headers), None)
    found = _VERSION.match(call.headers["x-ms-server-version"]) if call else None
    if call is None or found is None:
        return
    version = tuple(int(part) for part in found[1].split(".")[:3])
    faults = [what for mended, what in FAULTS if version < mended]
    if not faults:
        return
    yield finding(
        endpoint,
        (call,),
        f"the inference server is {found[1]}: {faults[0]}",
        advise("rebuild the image with a current server", 'pip install "azureml-inference-server-http>=1.4"'),
        about=(),
    )


def _of(version: str) -> Call:
    return scored(headers={"x-ms-server-version": f"azmlinfsrv/{version}"})


CASES = (
    fires(live(HEALTHY, _of("0.8.0")), saw="is 0.8.0: exceptions are told to clients", findings=1),
    fires(live(HEALTHY, _of("0.8.3")), saw="streamed answers"),
    quiet(live(HEALTHY, _of("1.5.1"))),
    quiet(live(HEALTHY, _of("0.8.4.2"))),
    quiet(live(HEALTHY, scored())),
)
