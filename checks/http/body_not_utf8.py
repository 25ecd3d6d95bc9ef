"""The body of the request is no UTF-8.

What it finds
-------------
400 `Input cannot be decoded as UTF-8` from the inference server.

Why it breaks
-------------
An undecorated run() gets the body as text, which the server decodes as UTF-8 and nothing else. An image, an archive or
a file in the encoding of a Windows program is none.

How to fix
----------
Save the file as UTF-8. Bytes go as base64 inside of JSON, or to a run() with `@rawhttp`.

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
from checks.http.scenes import HEALTHY, OF_SERVER, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, of_sample, word

_BYTE = re.compile(r"byte 0x[0-9a-f]+ in position \d+")


@check("http.body-not-utf8", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def body_not_utf8(evidence: Evidence) -> Iterator[Finding]:
    """Quote the byte that the server stumbles over."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.body-not-utf8")
    if not calls:
        return
    first = calls[0]
    found = _BYTE.search(first.body)
    yield finding(
        endpoint,
        calls,
        f"the body{of_sample(first)} is no UTF-8{f': {found[0]}' if found else ''}",
        advise("save text as UTF-8", f"iconv -f <encoding> -t UTF-8 {word(first.sample)}"),
        advise("send bytes as base64 inside of JSON, or decorate run() with @rawhttp"),
    )


SAYS = (
    """{"message": "Input cannot be decoded as UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid"}"""
)
CASES = (
    fires(live(HEALTHY, scored(400, SAYS, headers=OF_SERVER)), saw="no UTF-8: byte 0xff in position 0", findings=1),
    quiet(live(HEALTHY, scored(400, "Bad Request"))),
    quiet(live(HEALTHY, scored())),
)
