"""The body has a placeholder that was never filled in.

What it finds
-------------
`<rows>`, `{{data}}`, `${DATA}` or `...` where a value should stand: the body is a template, or a value that was
shortened for display.

Why it breaks
-------------
The template is sent as it is. It is no JSON, so the request ends in 400 (decorated) or in 500.

How to fix
----------
Fill in the value.

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


@check("contract.placeholder-sent", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def placeholder_sent(evidence: Evidence) -> Iterator[Finding]:
    """Show it."""
    for one in told("contract.placeholder-sent", evidence):
        broken = one.reading.broken
        assert broken
        seen = one_line(broken.seen(one.reading.text), 30)
        place = f"line {broken.place.line}, column {broken.place.column + 1}"
        yield one.finding(
            f"{one.file} has the placeholder {seen} for a value ({place})",
            Fix(title=f"put the value in the place of `{seen}`"),
            saw=(one.quote(broken.flaw.start, broken.flaw.end),),
        )


CASES = (
    fires(sent('{"data": <rows>}'), saw="the placeholder <rows>", line=1, findings=1),
    fires(sent('{"data": {{rows}}}'), saw="{{rows}}"),
    fires(sent('{"data": [[1, 2], ...]}'), saw="..."),
    quiet(sent('{"data": ["<rows>", "{{rows}}"]}'), name="inside of a text"),
)
