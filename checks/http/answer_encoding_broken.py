"""The answer is not encoded as it says.

What it finds
-------------
A body that says `Content-Encoding: gzip` (or another) and cannot be decoded so.

Why it breaks
-------------
Clients decode before they hand the body on, so they fail with `Not a gzipped file`, `incorrect header check` or the
like, whatever the status. A script or proxy has set the header without compressing, or compressed twice.

How to fix
----------
Drop the header where the script sets it, or compress what it promises; let only one of server and proxy compress.

Learn more
----------
RFC 9110, section 8.4: Content-Encoding.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, lesser
from checks.runtime.wording import one_line


@check(
    "http.answer-encoding-broken",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=AFTERMATH,
)
def answer_encoding_broken(evidence: Evidence) -> Iterator[Finding]:
    """Name the encoding that was promised."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.answer-encoding-broken")
    if not calls:
        return
    first = calls[0]
    encoding = one_line(first.headers.get("content-encoding", ""), 20) or "encoded"
    yield finding(
        endpoint,
        calls,
        f"the answer to {first.method} {first.path} says it is {encoding}, and is not",
        advise("drop Content-Encoding where the script or a proxy sets it, or compress what it promises"),
        advise(
            "until then, ask for an answer that is not encoded",
            "Accept-Encoding: identity",
        ),
        severity=lesser(breaks(endpoint, calls)),
    )


BAD = {"problem": "encoding", "words": "Error -3 while decompressing data: incorrect header check"}
CASES = (
    fires(
        live(HEALTHY, scored(200, "", headers={"content-encoding": "gzip"}, **BAD)),
        saw="says it is gzip, and is not",
        findings=1,
    ),
    quiet(live(HEALTHY, scored(headers={"content-encoding": "gzip"})), name="it is gzip"),
    quiet(live(HEALTHY, scored())),
)
