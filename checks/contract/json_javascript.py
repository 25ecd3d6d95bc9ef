"""The body is written as JavaScript or JSON5 allow it, and JSON does not.

What it finds
-------------
Comments, keys and words without quotes, `undefined`, and numbers such as `.5`, `1.`, `+1`, `007`, `0x1F` or `1_000`.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Take comments out, put keys and texts between double quotes, and write numbers in full. A strict client library does
all of it.

Learn more
----------
RFC 8259, the grammar of JSON. Source of the statuses: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import sent
from checks.contract.forms import FORETELLS, told
from checks.contract.json_text import Broken
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.runtime.wording import one_line

POINT = "value.ToString(CultureInfo.InvariantCulture)"


@check("contract.json-javascript", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_javascript(evidence: Evidence) -> Iterator[Finding]:
    """Name the first of them."""
    for one in told("contract.json-javascript", evidence):
        broken = one.reading.broken
        assert broken
        flaw, seen = broken.flaw, one_line(broken.seen(one.reading.text), 30)
        place = f"line {broken.place.line}, column {broken.place.column + 1}"
        if flaw.kind == "number" and not flaw.splices and _is_decimal(one.reading.text, flaw.start):
            yield one.finding(
                f"{one.file} has a comma in a number: {_decimal(one.reading.text, flaw.start, flaw.end)} ({place})",
                Fix(title="write a decimal point, whatever the language of the machine is", commands=(POINT,)),
                saw=(one.quote(flaw.start, flaw.end),),
            )
            continue
        title = {
            "comment": f"{one.file} has a comment, and JSON has none ({place})",
            "bare-key": f"{one.file} has the key {seen} without quotes ({place})",
            "number": f"{one.file} has {seen}, which is no number of JSON ({place})",
        }.get(flaw.kind, f"{one.file} has {seen} without quotes ({place})")
        yield one.finding(
            title,
            one.repair(
                "remove the comments" if flaw.kind == "comment" else "write it as JSON does", safe=_safe(broken)
            ),
            Fix(title="write the body with json.dumps() or JSON.stringify()"),
            saw=(one.quote(flaw.start, flaw.end),),
        )


def _is_decimal(text: str, start: int) -> bool:
    return re.search(r"\d,\Z", text[max(0, start - 2) : start]) is not None


def _decimal(text: str, start: int, end: int) -> str:
    found = re.search(r"-?\d+,\Z", text[max(0, start - 20) : start])
    return f"{found[0] if found else ''}{text[start:end]}"


def _safe(broken: Broken) -> bool:
    return all(flaw.kind == "comment" for flaw in broken.flaws)


CASES = (
    fires(sent('{"data": [[1, 2]] // rows\n}'), saw="has a comment", line=1, findings=1),
    fires(sent("{data: [[1, 2]]}"), saw="the key data without quotes", line=1),
    fires(sent('{"data": [[0x1F, 2]]}'), saw="0x1F, which is no number"),
    fires(sent('{"data": [[0,03, 0,5]]}'), saw="has a comma in a number: 0,03", line=1, findings=1),
    fires(sent('{"data": [[007, 2]]}'), saw="007, which is no number"),
    fires(sent('{"data": [[.5, 2]]}'), saw=".5, which is no number"),
    fires(sent('{"data": [[undefined, 2]]}'), saw="undefined without quotes"),
    fires(sent('{"data": [[nan, 2]]}'), saw="nan without quotes"),
    quiet(sent('{"data": [["// no comment", "# none"]]}'), name="inside of a text"),
    quiet(sent('{"data": [[1e5, -0.0]]}')),
)
