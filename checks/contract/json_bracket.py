"""The brackets of the body do not match.

What it finds
-------------
A bracket that is closed by one of the other kind, one that is closed twice, one that is never closed before its
parent is, or an object without its braces.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Put the bracket right where the quote shows it.

Learn more
----------
RFC 8259, the grammar of JSON. Source of the statuses: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.runtime.wording import one_line


@check("contract.json-bracket", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_bracket(evidence: Evidence) -> Iterator[Finding]:
    """Show where."""
    for one in told("contract.json-bracket", evidence):
        broken = one.reading.broken
        if broken is None:
            yield one.finding(
                f"{one.file} has keys without the braces around them",
                one.send("put the braces around it"),
                saw=(one.first(),),
            )
            continue
        place = f"line {broken.place.line}, column {broken.place.column + 1}"
        seen = one_line(broken.seen(one.reading.text), 10)
        yield one.finding(
            f"{one.file} has brackets that do not match: {seen} ({place})",
            one.repair("put the bracket right"),
            Fix(title="write the body with json.dumps()"),
            saw=(one.quote(broken.flaw.start, broken.flaw.end),),
        )


CASES = (
    fires(sent('{"data": [[1, 2]}'), saw="brackets that do not match: } (line 1, column 17)", line=1, findings=1),
    fires(sent('{"data": [[1, 2]]]}'), saw="]"),
    fires(sent('{"data": [[1, 2]]}}'), saw="}"),
    fires(sent('"data": [[1, 2]]'), saw="without the braces"),
    quiet(sent('{"data": [["[[", "}"]]}'), name="inside of texts"),
)
