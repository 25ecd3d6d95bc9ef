"""The answer is of another length than it says.

What it finds
-------------
A body that does not agree with the `Content-Length` that came before it.

Why it breaks
-------------
Clients believe the header: they wait for bytes that never come, cut what is more, or take the rest for the next answer
on the same connection. It comes from a response whose body was changed after its length was set: compressed,
re-encoded, characters counted instead of bytes.

How to fix
----------
Let the server set the length: a script that builds its own response leaves `Content-Length` out.

Learn more
----------
RFC 9112, section 6: message body length.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, lesser, of_sample


@check(
    "http.answer-length-wrong",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=AFTERMATH,
)
def answer_length_wrong(evidence: Evidence) -> Iterator[Finding]:
    """Put the header beside the body."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.answer-length-wrong")
    if not calls:
        return
    first = calls[0]
    told_length = first.headers.get("content-length", "")
    more = (Quote(source="length", text=f"Content-Length: {told_length}, came: {first.size} bytes"),)
    yield finding(
        endpoint,
        calls,
        f"the answer to {first.method} {first.path}{of_sample(first)} has another length than it says",
        advise("leave Content-Length to the server where the script builds its own response"),
        advise("see whether a proxy in between changes the body: compression, injected content"),
        more=more if told_length else (),
        severity=lesser(breaks(endpoint, calls)),
    )


WRONG = {"problem": "length", "words": "Too much data for declared Content-Length"}
CASES = (
    fires(
        live(HEALTHY, scored(200, "[1, 2]", headers={"content-length": "3"}, **WRONG)),
        saw="Content-Length: 3, came: 6 bytes",
        findings=1,
    ),
    quiet(live(HEALTHY, scored())),
    quiet(live(HEALTHY, scored(200, "[1", problem="cut")), name="cut"),
)
