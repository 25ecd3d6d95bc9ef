"""run() ran into the server's own time limit.

What it finds
-------------
500 `Scoring timeout after N ms` from the inference server.

Why it breaks
-------------
`SCORING_TIMEOUT_MS` interrupts run(). The same words come when the script itself raises `TimeoutError`, as a socket or
a request to another service does: then nothing was slow but that, and N says nothing.

How to fix
----------
Compare the time of the request with N. Where it took that long, make run() quicker or raise `SCORING_TIMEOUT_MS`; where
it took less, catch the TimeoutError of what the script asks.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`. The default is 3600000 ms.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, OF_SERVER, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, of_sample, read_log
from checks.runtime.wording import seconds_of

_LIMIT = re.compile(r"Scoring timeout after (-?\d+) ms")


@check(
    "http.script-timeout", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH
)
def script_timeout(evidence: Evidence) -> Iterator[Finding]:
    """Compare the limit with the time that passed."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.script-timeout")
    if not calls:
        return
    first = calls[0]
    found = _LIMIT.search(first.body)
    limit = int(found[1]) / 1000 if found else 0.0
    inner = 0 < first.seconds < limit * 0.9
    raised = f"run() raised TimeoutError{of_sample(first)} after {seconds_of(first.seconds)}, long before its limit"
    slow = (
        advise("make run() quicker, or raise the limit", "SCORING_TIMEOUT_MS=<milliseconds>"),
        read_log(endpoint, "see in the log what run() was doing"),
    )
    asks = (
        read_log(endpoint, "see in the log which call of the script timed out"),
        advise("catch the TimeoutError of what run() asks, and give that a shorter limit"),
    )
    yield finding(
        endpoint,
        calls,
        raised if inner else f"run(){of_sample(first)} ran into its limit of {seconds_of(limit)}",
        *(asks if inner else slow),
    )


SAYS = '{{"message": "Scoring timeout after {} ms"}}'
FAILED = {**OF_SERVER, "x-ms-run-function-failed": "True"}
CASES = (
    fires(
        live(HEALTHY, scored(500, SAYS.format(1000), headers=FAILED, seconds=1.02)),
        saw="ran into its limit of 1.0 s",
        findings=1,
    ),
    fires(
        live(scored(500, SAYS.format(3_600_000), headers=FAILED, seconds=5.0)),
        saw="TimeoutError for sample.json after 5",
    ),
    quiet(live(HEALTHY, scored(504, "upstream request timeout"))),
    quiet(live(HEALTHY, scored())),
)
