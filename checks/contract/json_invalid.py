"""The body is no JSON.

What it finds
-------------
A body that a JSON service cannot parse, and that has none of the faults that have a check of their own: plain words,
a key without a colon or a value, nesting that no parser follows.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Send what json.dumps() gives.

Learn more
----------
RFC 8259, the grammar of JSON. Source of the statuses: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_TEXT, sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Stage
from checks.runtime.wording import one_line


@check("contract.json-invalid", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_invalid(evidence: Evidence) -> Iterator[Finding]:
    """Tell what the parser says, and where."""
    for one in told("contract.json-invalid", evidence):
        broken = one.reading.broken
        if broken is None:
            deep = one.reading.variant == "deep"
            what = "is nested deeper than a parser follows" if deep else "is plain text and no JSON"
            yield one.finding(
                f"{one.file} {what}",
                Fix(title="send a flat list of rows")
                if deep
                else one.send("send JSON: the text under the key that run() reads"),
                saw=(one.first(),),
            )
            continue
        place = f"line {broken.place.line}, column {broken.place.column + 1}"
        what = {"colon": "a key without a colon", "missing-value": "a key or a place without a value"}.get(
            broken.flaw.kind, f"what JSON does not have: {one_line(broken.seen(one.reading.text), 20)}"
        )
        yield one.finding(
            f"{one.file} has {what} ({place})",
            one.repair("write it as JSON does"),
            Fix(title="send what json.dumps() gives", commands=("requests.post(url, json=payload)",)),
            saw=(
                one.quote(broken.flaw.start, max(broken.flaw.end, broken.flaw.start + 1)),
                Quote(source=one.sample.source, text=f"the parser says: {broken.message}"),
            ),
        )


CASES = (
    fires(sent('{"data" [[1, 2]]}'), saw="a key without a colon", line=1, findings=1),
    fires(sent('{"data": }'), saw="without a value"),
    fires(sent("hello world"), saw="plain text and no JSON"),
    fires(sent("[" * 200_000), saw="nested deeper"),
    quiet(sent('{"data": [[1, 2]]}')),
    quiet(sent("hello world", READS_TEXT, "sample.txt"), name="a service of texts"),
)
