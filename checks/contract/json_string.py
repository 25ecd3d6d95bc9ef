"""A text in the body does not end, or has characters that must be escaped.

What it finds
-------------
A line break, a tab or another control character inside of a text, a backslash that begins no escape (a Windows path),
a double quote inside of a text, or a text whose closing quote is missing.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Escape the character: `\\n`, `\\t`, `\\\\`, `\\"`. json.dumps() does that for every text.

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


@check("contract.json-string", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_string(evidence: Evidence) -> Iterator[Finding]:
    """Name the character and the place."""
    for one in told("contract.json-string", evidence):
        broken = one.reading.broken
        assert broken
        flaw, seen = broken.flaw, broken.seen(one.reading.text)
        place = f"line {broken.place.line}, column {broken.place.column + 1}"
        name = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}.get(seen, "a control character")
        title = {
            "raw-control": f"a text in {one.file} has {name} that is not escaped ({place})",
            "escape": f"a text in {one.file} has a backslash that begins no escape: {one_line(seen, 10)} ({place})",
            "inner-quote": f"a text in {one.file} has double quotes that are not escaped ({place})",
        }.get(flaw.kind, f"a text in {one.file} has no closing quote ({place})")
        fix = {"escape": "double the backslashes", "open-string": "close the text"}.get(flaw.kind, "escape it")
        yield one.finding(
            title,
            one.repair(fix),
            Fix(title="write the body with json.dumps(), which escapes what must be"),
            saw=(one.quote(flaw.start, flaw.end),),
        )


CASES = (
    fires(sent('{"data": ["a\nb"]}'), saw="a line break that is not escaped (line 1, column 13)", line=1, findings=1),
    fires(sent('{"data": ["a\tb"]}'), saw="a tab"),
    fires(sent('{"data": "C:\\\\Users\\me"}'.replace("\\\\", "\\")), saw="a backslash that begins no escape"),
    fires(sent('{"data": "he said "hi" again"}'), saw="double quotes that are not escaped"),
    fires(sent('{"data": "open,\n "more": 1}'), saw="has no closing quote", line=1),
    quiet(sent('{"data": ["a\\nb", "C:\\\\Users"]}'), name="escaped as they must be"),
)
