"""JSON is encoded twice.

What it finds
-------------
A body that is a JSON text with JSON inside, a key whose value is a text of JSON where rows or an object are read, or
JSON between the quotes of a shell or with its quotes escaped.

Why it breaks
-------------
The parser gives back a text in the place of an object. run() then looks a key up in a text, the decorator refuses it
(`POST body should be a JSON dictionary`), or the model gets one long string.

How to fix
----------
Encode once: give `requests` the object with `json=`, and not the text of json.dumps().

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import DECODES, accepted, sent, to_schema
from checks.contract.forms import FORETELLS, Told, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Stage


@check("contract.double-encoded", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def double_encoded(evidence: Evidence) -> Iterator[Finding]:
    """Show where the text stands."""
    for one in told("contract.double-encoded", evidence):
        reading = one.reading
        name = reading.key.name if reading.key else ""
        title = {
            "body": f"{one.file} is JSON inside a JSON text",
            "literal": f"{one.file} is a Python literal inside a JSON text",
            "key": f"`{name}` in {one.file} is a text of JSON, not the value",
            "rows": f"`{name}` in {one.file} is a list of texts of JSON, not of rows",
            "escaped": f"{one.file} has its quotes escaped with backslashes",
        }.get(reading.variant, f"{one.file} has the quotes of a shell or of Python around its JSON")
        yield one.finding(
            title,
            one.send("send the value itself, encoded once"),
            Fix(title="give the client the object", commands=("requests.post(url, json=payload)",)),
            saw=(_place(one),),
        )


def _place(one: Told) -> Quote:
    """The line at which the text begins."""
    key = one.reading.key
    found = re.search(rf'"{re.escape(key.name)}"\s*:\s*\[?\s*("[^"]*"?)', one.reading.text) if key else None
    return one.quote(found.start(1), found.end(1)) if found else one.first()


CASES = (
    fires(sent('"{\\"data\\": [[1, 2]]}"'), saw="is JSON inside a JSON text", line=1, findings=1),
    fires(sent('{"data": "[[1, 2]]"}'), saw="`data` in sample.json is a text of JSON"),
    fires(to_schema('{"data": "[[1, 2]]"}'), findings=1),
    fires(sent("'{\"data\": [[1, 2]]}'"), saw="the quotes of a shell"),
    fires(sent('{\\"data\\": [[1, 2]]}'), saw="escaped with backslashes"),
    quiet(sent('{"data": [["[1]"]]}'), name="a text in a row"),
    quiet(sent('{"image": "{}"}', DECODES), name="a text is read there"),
    quiet(accepted('"{\\"data\\": [[1, 2]]}"'), name="run() parses twice"),
)
