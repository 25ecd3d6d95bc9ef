"""JSON is sent to a service that opens the body as a file.

What it finds
-------------
A body of JSON where run() gives the bytes of the request to what reads an image, a recording or a table
(`PIL.Image.open`, `cv2.imdecode`), and parses no JSON.

Why it breaks
-------------
The library looks for the first bytes of its format, meets `{`, and raises, or answers None; the client gets 500.

How to fix
----------
Send the bytes of the file, or let run() parse JSON and decode base64.

Learn more
----------
Pillow documentation, `PIL.Image.open`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import DECODES, OPENS_IMAGE, bytes_sent, sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Safety, Stage


@check("contract.json-for-file", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_for_file(evidence: Evidence) -> Iterator[Finding]:
    """Put the call beside the body."""
    for one in told("contract.json-for-file", evidence):
        wanted = one.wanted
        opener = ".".join(wanted.opens.split(".")[-2:])
        yield one.finding(
            f"{one.file} is JSON, and run() opens the body as {wanted.holds} with {opener}",
            Fix(
                title="send the bytes of the file",
                commands=("curl --data-binary @<file> <scoring-url>",),
                safety=Safety.PLACEHOLDER,
            ),
            Fix(
                title="parse JSON and decode base64 in run()",
                commands=("base64.b64decode(request.get_json()['image'])",),
            ),
            saw=(one.first(),),
        )


CASES = (
    fires(
        sent('{"data": "aGk="}', OPENS_IMAGE),
        saw="run() opens the body as an image with Image.open",
        line=1,
        findings=1,
    ),
    quiet(sent('{"image": "aGk="}', DECODES), name="base64 in JSON is decoded first"),
    quiet(bytes_sent(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", OPENS_IMAGE)),
)
