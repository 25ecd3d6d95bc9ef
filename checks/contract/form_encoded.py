"""The body is encoded as a form.

What it finds
-------------
A body such as `data=%5B1%2C2%5D`, or JSON with percent signs for its quotes and brackets: what curl `-d` without a
header, `requests.post(url, data={...})` and HTML forms send.

Why it breaks
-------------
With the content type of a form the server moves the body into form fields, and run() gets an empty text; with the
type of JSON the parser meets `data=`. Either way the request ends in 415, 400 or 500.

How to fix
----------
Send JSON: `requests.post(url, json=payload)`, or curl with `-H 'Content-Type: application/json' --data @file`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_TEXT, sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.runtime.wording import one_line


@check("contract.form-encoded", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def form_encoded(evidence: Evidence) -> Iterator[Finding]:
    """Show what it means."""
    for one in told("contract.form-encoded", evidence):
        known = one.reading.foreign
        assert known
        form = known.kind == "form"
        title = (
            f"{one.file} is form-encoded: {one_line(known.name, 30)}=…"
            if form
            else f"{one.file} is JSON with percent signs for its characters"
        )
        yield one.finding(
            title,
            one.send("send it as JSON"),
            Fix(title="let the client encode JSON", commands=("requests.post(url, json=payload)",)),
            saw=(one.first(),),
        )


CASES = (
    fires(sent("data=%5B%5B1%2C2%5D%5D"), saw="is form-encoded: data=", line=1, findings=1),
    fires(sent("%7B%22data%22%3A%5B1%5D%7D"), saw="percent signs"),
    quiet(sent('{"data": "a=%5B1%5D&b=2"}'), name="inside of a text"),
    quiet(sent("a=1&b=2", READS_TEXT, "sample.txt"), name="a service of texts"),
)
