"""The answer trickles, or stops in the middle.

What it finds
-------------
An answer that begins, and then comes so slowly that it is not whole within the time limit.

Why it breaks
-------------
Clients whose limit is one for silence wait on for minutes, byte by byte; others give up. It is no slow model, which
would keep silent until it is done: something between throttles or hangs, or the script streams what it makes bit by
bit.

How to fix
----------
Ask the server behind the front end itself. Where that is quick, look at the bandwidth of what stands between; where it
is slow, collect the result before it is returned.

Learn more
----------
Managed online endpoints: 5 MB/s for an endpoint; `ms-azureml-bandwidth-response-delay-ms` tells when it throttles.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, lesser, of_sample
from checks.runtime.wording import bytes_of, seconds_of


@check(
    "http.answer-too-slow", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH
)
def answer_too_slow(evidence: Evidence) -> Iterator[Finding]:
    """Tell how much came in how long."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.answer-too-slow")
    if not calls:
        return
    first = calls[0]
    waited = seconds_of(first.seconds or endpoint.patience)
    came = f"{bytes_of(first.size)} came" if first.size else "no body came"
    yield finding(
        endpoint,
        calls,
        f"the answer to {first.method} {first.path}{of_sample(first)} is incomplete after {waited}: {came}",
        advise("ask the server behind the front end itself, to see which of the two is slow"),
        advise("where the script streams its answer, return it whole"),
        severity=lesser(breaks(endpoint, calls)),
    )


DRIP = {"problem": "slow", "words": "not whole within 10 s", "seconds": 10.0}
CASES = (
    fires(
        live(HEALTHY, scored(200, "[1.0, 2.0,", size=10, **DRIP)),
        saw="is incomplete after 10 s: 10 bytes came",
        findings=1,
    ),
    quiet(live(HEALTHY, scored(seconds=9.0)), name="slow, and whole"),
    quiet(live(HEALTHY, scored(None, problem="timeout", seconds=10.0)), name="silence"),
)
