"""The body has characters that only look like those of JSON.

What it finds
-------------
Curly quotes in the place of straight ones, and spaces or invisible characters that are no white space in JSON: what
word processors, chats and web pages make of a copied example.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Write straight double quotes and plain spaces.

Learn more
----------
RFC 8259, the grammar of JSON. Source of the statuses: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

import unicodedata
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.json-look-alike", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_look_alike(evidence: Evidence) -> Iterator[Finding]:
    """Name the character by its number."""
    for one in told("contract.json-look-alike", evidence):
        broken = one.reading.broken
        assert broken
        flaw = broken.flaw
        char = one.reading.text[flaw.start]
        place = f"line {broken.place.line}, column {broken.place.column + 1}"
        name = f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()
        quotes = flaw.kind == "smart-quotes"
        yield one.finding(
            f"{one.file} has curly quotes ({name}, {place})"
            if quotes
            else f"{one.file} has {name} between values ({place})",
            one.repair("write straight quotes" if quotes else "write plain spaces"),
            Fix(title="copy the example as plain text, or write the body with json.dumps()"),
            saw=(one.quote(flaw.start, flaw.end),),
        )


CASES = (
    fires(
        sent("{“data”: [[1, 2]]}"), saw="curly quotes (U+201C LEFT DOUBLE QUOTATION MARK, line 1, column 2)", findings=1
    ),
    fires(sent('{"data":\u00a0[[1, 2]]}'), saw="U+00A0 NO-BREAK SPACE"),
    quiet(sent('{"data": [["“quoted”", "a\u00a0b"]]}'), name="inside of a text"),
)
