"""A path or an address is sent in the place of a file's contents.

What it finds
-------------
A body that is the name of a file, a URL, or curl's `@file` with the `@` still there.

Why it breaks
-------------
The service gets the name as text and cannot open what lies on the client. As the name is no JSON, the request ends in
400 or 500.

How to fix
----------
Send the contents: `requests.post(url, data=open(path, 'rb'))`, or curl with `--data-binary @file` (quotes around it
are fine, a space before it is not).

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
from checks.finding import Finding, Fix, Safety, Stage
from checks.runtime.wording import one_line


@check("contract.path-sent", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def path_sent(evidence: Evidence) -> Iterator[Finding]:
    """Quote the path."""
    for one in told("contract.path-sent", evidence):
        known = one.reading.foreign
        assert known
        yield one.finding(
            f"{one.file} holds the name {one_line(known.name, 40)} and not the contents",
            Fix(
                title="send the contents of the file",
                commands=(
                    f"curl -H 'Content-Type: application/json' --data-binary @{known.name.lstrip('@')} <scoring-url>",
                ),
                safety=Safety.PLACEHOLDER,
            ),
            saw=(one.first(),),
        )


CASES = (
    fires(sent("@sample-input.json"), saw="holds the name @sample-input.json", line=1, findings=1),
    fires(sent("C:\\data\\rows.csv"), saw="rows.csv"),
    fires(sent("https://host/rows.json"), saw="https://host/rows.json"),
    quiet(sent('{"data": "C:/data/rows.csv"}'), name="a path inside of an object"),
    quiet(sent("a/b.csv", READS_TEXT, "sample.txt"), name="a service of texts"),
)
