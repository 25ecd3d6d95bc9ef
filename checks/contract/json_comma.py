"""A comma is too much or missing in the body.

What it finds
-------------
A comma before a closing bracket, two commas in a row, or none between two values.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Remove or add the comma. Bodies that are made by json.dumps() cannot have this fault.

Learn more
----------
RFC 8259, the grammar of JSON. Source of the statuses: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import accepted, sent, to_schema
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.json-comma", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_comma(evidence: Evidence) -> Iterator[Finding]:
    """Name the kind and the place."""
    for one in told("contract.json-comma", evidence):
        broken = one.reading.broken
        assert broken
        flaw, many = broken.flaw, len(broken.flaws)
        place = f"line {broken.place.line}, column {broken.place.column + 1}"
        what = {
            "trailing-comma": "a comma before the closing bracket",
            "extra-comma": "a comma with nothing before it",
        }.get(flaw.kind, "no comma between two values")
        if one.reading.text[flaw.start : flaw.end] == ";":
            what = "a semicolon in the place of a comma"
        add = flaw.kind == "missing-comma"
        clear = all(f.kind == flaw.kind for f in broken.flaws) and flaw.kind == "trailing-comma"
        yield one.finding(
            f"{one.file} has {what} ({place})",
            one.repair(
                f"{'put' if add else 'remove'} the comma" + (f" in {many} places" if many > 1 else ""), safe=clear
            ),
            Fix(title="write the body with json.dumps()", commands=("requests.post(url, json=payload)",)),
            saw=(one.quote(flaw.start, max(flaw.end, flaw.start + 1)),),
        )


CASES = (
    fires(
        sent('{"data": [[1, 2],]}'), saw="a comma before the closing bracket (line 1, column 17)", line=1, findings=1
    ),
    fires(sent('{\n  "data": [[1, 2]],\n}'), saw="(line 2, column 19)", line=2),
    fires(sent('{"data": [[1, 2] [3, 4]]}'), saw="no comma between two values"),
    fires(sent('{"data": [[1,, 2]]}'), saw="with nothing before it"),
    fires(sent('{"data": [[1; 2]]}'), saw="a semicolon"),
    fires(to_schema('{"data": [[1, 2],],}'), saw="closing bracket", findings=1),
    quiet(sent('{"data": [[1, 2]], "text": "a,, ]"}'), name="commas inside of a text"),
    quiet(accepted('{"data": [[1, 2],]}'), name="run() takes it"),
)
