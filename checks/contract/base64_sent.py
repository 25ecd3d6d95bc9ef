"""Base64 is sent where JSON is read.

What it finds
-------------
A body that is nothing but base64, or a data URI, where JSON is read.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Put the text under the key that run() reads, or read the body itself in run() with `base64.b64decode(raw)`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import DECODES, sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Safety, Stage
from checks.runtime.wording import one_line


@check("contract.base64-sent", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def base64_sent(evidence: Evidence) -> Iterator[Finding]:
    """Say what it holds."""
    for one in told("contract.base64-sent", evidence):
        known = one.reading.foreign
        assert known
        required = one.wanted.required
        name = required[0].name if len(required) == 1 else "<key>"
        yield one.finding(
            f"{one.file} is base64 of {known.name}, and {one.wanted.who} reads JSON",
            Fix(
                title=f"put the text under the key `{name}`",
                commands=(f'{{"{name}": "{one_line(one.reading.text, 40)}"}}',),
                safety=Safety.PLACEHOLDER if name == "<key>" else Safety.REVIEW,
            ),
            saw=(one.first(),),
        )


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


CASES = (
    fires(sent(PNG), saw="is base64 of a PNG image", line=1, findings=1),
    fires(sent("data:image/png;base64," + PNG), saw="a PNG image"),
    quiet(sent(f'{{"data": "{PNG}"}}'), name="under a key"),
    quiet(
        sent(PNG, DECODES.replace('json.loads(raw)["image"]', "raw"), "sample.txt"),
        name="run() decodes the body itself",
    ),
)
