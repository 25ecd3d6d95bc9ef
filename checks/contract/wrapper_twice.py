"""The payload is wrapped once too often.

What it finds
-------------
`{"data": {"data": …}}`, an object inside of a list (`[{"data": …}]`), or an object inside of another one that nobody
reads.

Why it breaks
-------------
The first wrapper is taken off, and what is left is an object where rows are wanted, or a list where an object is:
400, or an exception of run() and 500.

How to fix
----------
Take one wrapper off.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import sent, to_schema
from checks.contract.forms import FORETELLS, expected_quote, sent_quote, told
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.runtime.wording import one_line


@check("contract.wrapper-twice", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def wrapper_twice(evidence: Evidence) -> Iterator[Finding]:
    """Show which."""
    for one in told("contract.wrapper-twice", evidence):
        reading = one.reading
        name = reading.key.name if reading.key else ""
        title = {
            "same": f"{one.file} has `{name}` inside of `{name}`",
            "list": f"{one.file} has a list around the object that {one.wanted.who} reads",
        }.get(
            reading.variant,
            f"{one.file} has `{one_line(reading.sent, 30)}` around the object that {one.wanted.who} reads",
        )
        yield one.finding(title, one.send("send the inner one"), saw=(sent_quote(one), *expected_quote(one)))


CASES = (
    fires(sent('{"data": {"data": [[1, 2]]}}'), saw="has `data` inside of `data`", findings=1),
    fires(to_schema('[{"data": [[1, 2]]}]'), saw="a list around the object"),
    fires(sent('{"body": {"data": [[1, 2]]}}'), saw="has `body` around the object"),
    quiet(sent('{"data": [{"data": 1}]}'), name="records with a column of that name"),
)
