"""The answer is enormous.

What it finds
-------------
An answer so large that reading it was given up at the limit.

Why it breaks
-------------
Clients load a whole answer into memory, gateways refuse or cut what is beyond their limit, and at 5 MB/s a hundred
megabytes take 20 seconds, longer than most time limits. An endless answer never ends at all.

How to fix
----------
Return less: fewer rows, fewer digits, only what clients use. Leave large results in a storage account.

Learn more
----------
Managed online endpoints, limits: 5 MB/s of bandwidth for an endpoint, 1.5 MB for an answer in the first years.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, lesser, of_sample
from checks.runtime.wording import bytes_of

_BYTES = re.compile(r"([\d,]+) bytes")


@check(
    "http.answer-too-large", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH
)
def answer_too_large(evidence: Evidence) -> Iterator[Finding]:
    """Tell how large, where the answer says it."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.answer-too-large")
    if not calls:
        return
    first = calls[0]
    length, packed = first.headers.get("content-length", ""), "content-encoding" in first.headers
    said = _BYTES.search(first.words)
    read = max(first.size, int(said[1].replace(",", "")) if said else 0)
    size = f"has {bytes_of(int(length))}" if length.isdigit() and not packed else f"has more than {bytes_of(read)}"
    size = f"unpacks to more than {bytes_of(read)}" if packed else size
    yield finding(
        endpoint,
        calls,
        f"the answer to {first.method} {first.path}{of_sample(first)} {size}",
        advise("return less: only what clients use, in pages, or rounded"),
        advise("leave large results in a storage account, and return their address"),
        severity=lesser(breaks(endpoint, calls)),
    )


HUGE = {"problem": "large", "words": "given up at the limit", "size": 8_000_000}
CASES = (
    fires(
        live(HEALTHY, scored(200, "[0, 0", headers={"content-length": "104857600"}, **HUGE)), saw="105 MB", findings=1
    ),
    fires(live(HEALTHY, scored(200, "[0, 0", **HUGE)), saw="more than 8 MB"),
    fires(
        live(scored(200, "[0", headers={"content-length": "9000", "content-encoding": "gzip"}, **HUGE)),
        saw="unpacks to more than 8 MB",
    ),
    quiet(live(HEALTHY, scored(size=900_000)), name="large, and read"),
)
