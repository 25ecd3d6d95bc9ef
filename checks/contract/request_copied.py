"""A command, a whole request or a line of code is sent as the payload.

What it finds
-------------
A curl or PowerShell command, the lines of an HTTP request or answer, a multipart body saved from a browser, a fenced
block of Markdown, an assignment or a program, where only the JSON should stand.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Keep the JSON alone.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_TEXT, sent
from checks.contract.forms import FORETELLS, told
from checks.contract.json_text import NO_VALUE
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.runtime.wording import one_line


@check("contract.request-copied", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def request_copied(evidence: Evidence) -> Iterator[Finding]:
    """Name what it is, and show the JSON in it."""
    for one in told("contract.request-copied", evidence):
        known = one.reading.foreign
        assert known
        what = WORDS.get(known.kind, "a program")
        name = f" (`{one_line(known.name, 20)} = …`)" if known.kind == "assignment" else ""
        found = one.reading.right is not NO_VALUE
        yield one.finding(
            f"{one.file} is {what}{name}, and not the JSON in it"
            if found
            else f"{one.file} is {what}{name} and no JSON",
            one.send("keep the JSON alone") if found else Fix(title="save the body of the request alone, as JSON"),
            saw=(one.first(),),
        )


WORDS = {
    "curl": "a curl command",
    "powershell": "a PowerShell command",
    "http": "a whole HTTP request",
    "response": "an HTTP answer",
    "multipart": "a multipart body",
    "fence": "a block of Markdown",
    "assignment": "an assignment",
}


CASES = (
    fires(
        sent("curl -X POST http://h/score -d '{\"data\": [[1, 2]]}'"),
        saw="is a curl command, and not the JSON in it",
        line=1,
        findings=1,
    ),
    fires(sent('POST /score HTTP/1.1\r\nHost: h\r\n\r\n{"data": [[1, 2]]}'), saw="a whole HTTP request"),
    fires(
        sent('------WebKitFormBoundaryX\r\nContent-Disposition: form-data; name="f"\r\n\r\nx'), saw="a multipart body"
    ),
    fires(sent('```json\n{"data": [[1, 2]]}\n```'), saw="Markdown"),
    fires(sent('payload = {"data": [[1, 2]]}'), saw="an assignment (`payload = …`)"),
    quiet(sent('{"data": ["curl -X POST http://h"]}'), name="inside of a text"),
    quiet(sent("curl -X POST http://h", READS_TEXT, "sample.txt"), name="a service of texts"),
)
