"""The body is empty.

What it finds
-------------
A body of no bytes, or of white space alone.

Why it breaks
-------------
A decorated run() is not called: the server answers 400 `POST body is empty`. An undecorated one gets an empty text,
and json.loads() raises `Expecting value: line 1 column 1 (char 0)`.

How to fix
----------
Send a body. Where the file is made by another step, see why that wrote nothing; with curl, `-d @file` takes the
contents of a file.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_TEXT, sent, to_schema
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Safety, Stage


@check("contract.body-empty", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def body_empty(evidence: Evidence) -> Iterator[Finding]:
    """Say how much of nothing there is."""
    for one in told("contract.body-empty", evidence):
        size = one.sample.size
        required = one.wanted.required
        body = "{" + ", ".join(f'"{key.name}": <value>' for key in required) + "}"
        yield one.finding(
            f"{one.file} is empty" if not size else f"{one.file} has {size} bytes of white space and nothing else",
            Fix(title=f"send the keys that {one.wanted.who} reads", commands=(body,), safety=Safety.PLACEHOLDER)
            if required
            else Fix(title="send a JSON body"),
            saw=(Quote(source=one.sample.source, text=f"{size} bytes"),),
        )


CASES = (
    fires(sent(""), saw="is empty", findings=1),
    fires(to_schema(" \n"), saw="2 bytes of white space"),
    quiet(sent('{"data": []}'), name="a list without rows"),
    quiet(sent("", READS_TEXT, "sample.txt"), name="a service of texts"),
)
