"""The body is a Python literal and no JSON.

What it finds
-------------
A body with single quotes, `True`, `False`, `None` or tuples: what `str(payload)`, `print(payload)` or an f-string
gives.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Send what `json.dumps(payload)` gives, or let the client library do it: `requests.post(url, json=payload)`.

Learn more
----------
RFC 8259, the grammar of JSON. Source of the statuses: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_TEXT, accepted, sent, to_schema
from checks.contract.forms import FORETELLS, told
from checks.contract.json_text import NO_VALUE, python_value
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.text import listed


@check("contract.json-python-literal", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_python_literal(evidence: Evidence) -> Iterator[Finding]:
    """Show the first thing that JSON does not have, and the JSON that is meant."""
    for one in told("contract.json-python-literal", evidence):
        broken = one.reading.broken
        assert broken
        kinds = {flaw.kind for flaw in broken.flaws}
        what = [words for kind, words in WORDS if kind in kinds]
        meant = python_value(one.reading.text)
        right = one.reading.right if one.reading.right is not NO_VALUE else meant
        yield one.finding(
            f"{one.file} is a Python literal: {listed(what)}",
            one.repair("write it as JSON"),
            one.send("send the JSON that it means, as json.dumps() writes it", right),
            saw=(one.quote(broken.flaw.start, broken.flaw.end),),
        )


WORDS = (
    ("single-quotes", "single quotes"),
    ("python-word", "`True`, `False` or `None`"),
    ("tuple", "tuples"),
)


CASES = (
    fires(sent("{'data': [[1, 2]]}"), saw="single quotes", line=1, findings=1),
    fires(sent('{"data": [[1, 2]],\n "flag": True}'), saw="`True`", line=2),
    fires(sent("{'data': [(1, 2)], 'x': None}"), saw="tuples"),
    fires(to_schema("{'data': [[1, 2]]}"), findings=1),
    quiet(sent('{"data": [["it\'s", "True"]]}'), name="quotes and words inside of texts"),
    quiet(accepted("{'data': [[1, 2]]}"), name="run() takes it"),
    quiet(sent("x", READS_TEXT, "sample.txt"), name="text for a service of texts"),
)
