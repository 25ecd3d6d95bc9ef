"""More follows after the JSON value of the body.

What it finds
-------------
Two or more values one after the other (JSON lines, lists without a list around them), or other text behind the value.

Why it breaks
-------------
One request has one value. The parser reads the first one, meets more, and says `Extra data`: 400 for a decorated
run(), 500 for json.loads() in the script.

How to fix
----------
Send each value as a request of its own, or all of them in one list under the key that run() reads.

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


@check("contract.json-text-after", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_text_after(evidence: Evidence) -> Iterator[Finding]:
    """Count what is there."""
    for one in told("contract.json-text-after", evidence):
        broken = one.reading.broken
        assert broken
        place = f"line {broken.place.line}, column {broken.place.column + 1}"
        count = f"{broken.values} values" if broken.values < 10_000 else "thousands of values"
        title = (
            f"{one.file} has {count} one after the other"
            if broken.values > 1
            else f"{one.file} goes on after its value ({place})"
        )
        lines = broken.values > 1 and broken.place.line > 1
        fix = (
            Fix(title="send one request for each line, or put all rows in one list")
            if lines
            else Fix(title="put them in one list, or send one request for each")
        )
        yield one.finding(
            title,
            fix if broken.values > 1 else Fix(title=f"remove what follows after {place}"),
            saw=(one.quote(broken.flaw.start, broken.flaw.start + 1),),
        )


CASES = (
    fires(sent('{"data": [[1, 2]]}\n{"data": [[3, 4]]}\n'), saw="has 2 values one after the other", line=2, findings=1),
    fires(sent("[[1, 2]], [[3, 4]]"), saw="2 values"),
    fires(sent('{"data": [[1, 2]]} thanks'), saw="goes on after its value (line 1, column 20)"),
    quiet(sent('{"data": [[1, 2]]}\n\n'), name="a line end after the value"),
)
