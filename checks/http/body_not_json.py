"""The body of the request is no JSON.

What it finds
-------------
400 `POST body could not be decoded as JSON` from the inference server, with the parser's words.

Why it breaks
-------------
With `@input_schema` the server parses the body before run() is called. Python's `str(payload)` has single quotes, a
form has none of JSON at all, and a file saved with comments or trailing commas only looks like it.

How to fix
----------
Write the body with a JSON library (`requests.post(url, json=payload)`), and send files with `--data-binary @file`.

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
from checks.runtime.wording import one_line

_WHERE = re.compile(r"(line \d+ column \d+)")


@check("http.body-not-json", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH)
def body_not_json(evidence: Evidence) -> Iterator[Finding]:
    """Quote where the parser stopped."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.body-not-json")
    if not calls:
        return
    first = calls[0]
    found = _WHERE.search(first.body)
    where = f": {one_line(found[1], 40)}" if found else ""
    check_it = f"python -m json.tool {word(first.sample)}"
    yield finding(
        endpoint,
        calls,
        f"the service cannot read the body{of_sample(first)} as JSON{where}",
        advise("write the body with a JSON library", "requests.post(url, json=payload)"),
        advise("see where the file is no JSON", check_it),
    )


SAYS = '{"message": "POST body could not be decoded as JSON: Expecting value: line 1 column 1 (char 0)"}'
CASES = (
    fires(live(HEALTHY, scored(400, SAYS, headers=OF_SERVER)), saw="as JSON: line 1 column 1", findings=1),
    quiet(live(HEALTHY, scored(400, '{"message": "POST body is empty."}'))),
    quiet(live(HEALTHY, scored())),
)
