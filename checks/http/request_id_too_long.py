"""The id of the request is too long.

What it finds
-------------
431 `must not exceed 100 characters` from the inference server.

Why it breaks
-------------
The server refuses every request whose `x-request-id`, `x-ms-request-id` or `x-ms-client-request-id` has more than 100
characters, before it looks at anything else. A client, or a gateway that appends to it, makes it so long.

How to fix
----------
Send an id of at most 40 characters: a managed endpoint cuts what is longer.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, OF_SERVER, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding
from checks.runtime.wording import one_line

_NAMES = re.compile(r"(x-[a-z-]+(?: and x-[a-z-]+)?) must not exceed")


@check(
    "http.request-id-too-long",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=AFTERMATH,
)
def request_id_too_long(evidence: Evidence) -> Iterator[Finding]:
    """Name the header."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.request-id-too-long")
    if not calls:
        return
    first = calls[0]
    found = _NAMES.search(first.body)
    yield finding(
        endpoint,
        calls,
        f"the request id is too long: {one_line(found[1], 60) if found else 'x-request-id'}",
        advise("send an id of at most 40 characters", "x-ms-client-request-id: <id>"),
        advise("where the client sends a short one, see which gateway appends to it"),
    )


SAYS = '{"message": "x-request-id must not exceed 100 characters"}'
CASES = (
    fires(live(HEALTHY, scored(431, SAYS, headers=OF_SERVER)), saw="too long: x-request-id", findings=1),
    quiet(live(HEALTHY, scored(431, "Request Header Fields Too Large"))),
    quiet(live(HEALTHY, scored())),
)
