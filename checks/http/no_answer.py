"""A request fails before its answer is whole, for a reason without a name.

What it finds
-------------
A request that failed below HTTP in a way that no other check knows.

Why it breaks
-------------
The client has no status to go by, only the words of its library, which are quoted.

How to fix
----------
Send the same request with `curl -v`, and compare what it says with the log of the server at that time.

Learn more
----------
`man curl`: EXIT CODES.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, lesser, of_sample, read_log, word


@check("http.no-answer", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def no_answer(evidence: Evidence) -> Iterator[Finding]:
    """The last resort of what ends below HTTP."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.no-answer")
    if not calls:
        return
    first = calls[0]
    yield finding(
        endpoint,
        calls,
        f"{first.method} {first.path}{of_sample(first)} gets no answer",
        advise("send it by hand, and see how far it comes", f"curl -v {word(endpoint.url)}"),
        read_log(endpoint, "look whether the request reached the server"),
        severity=lesser(breaks(endpoint, calls)),
    )


CASES = (
    fires(live(HEALTHY, scored(None, problem="other", words="[Errno 5] Input/output error")), saw="gets no answer"),
    quiet(live(HEALTHY, scored())),
    quiet(live(HEALTHY, scored(None, problem="timeout")), name="known"),
)
