"""The answer ends too early.

What it finds
-------------
An answer that begins well and breaks off: fewer bytes than were announced, or a chunked body without its end.

Why it breaks
-------------
The program that wrote it is gone, or gave up in the middle: a worker that was killed or timed out while it sent, a
generator of a raw response that raised, a front end that cut the connection at its own limit. The status was sent
before, so the log may show 200.

How to fix
----------
Look for what the server said at that time; where a front end stands between, compare with an answer taken behind it.

Learn more
----------
RFC 9112, section 8: incomplete messages.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, lesser, of_sample, read_log
from checks.runtime.wording import bytes_of


@check("http.answer-cut", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def answer_cut(evidence: Evidence) -> Iterator[Finding]:
    """Tell how much of it came."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.answer-cut")
    if not calls:
        return
    first = calls[0]
    of = first.headers.get("content-length", "")
    wanted = f" of {bytes_of(int(of))}" if of.isdigit() and int(of) > first.size else ""
    where = f"after {bytes_of(first.size)}{wanted}" if first.size else "before its body"
    yield finding(
        endpoint,
        calls,
        f"the answer to {first.method} {first.path}{of_sample(first)} breaks off {where}",
        read_log(endpoint, "look for a worker that ended while it sent the answer"),
        advise("ask the server behind the front end itself, to see which of the two cuts it"),
        severity=lesser(breaks(endpoint, calls)),
    )


CUT = {"problem": "cut", "words": "peer closed connection without sending complete message body"}
CASES = (
    fires(
        live(HEALTHY, scored(200, "[1, 2", size=5, headers={"content-length": "500"}, **CUT)),
        saw="breaks off after 5 bytes of 500 bytes",
        findings=1,
    ),
    quiet(live(HEALTHY, scored())),
    quiet(live(HEALTHY, scored(None, problem="closed")), name="no answer at all"),
)
