"""The body ends in the middle.

What it finds
-------------
A body whose text is JSON as far as it goes, and stops before its brackets or its last text are closed.

Why it breaks
-------------
Something cut it: a length that counted characters and not bytes, a copy from a terminal, a limit of a proxy or a log.
The parser reaches the end while it waits for more, and the request ends in 400 or 500.

How to fix
----------
Send the whole body. Let the client library compute Content-Length.

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
from checks.finding import Finding, Fix, Quote, Stage
from checks.text import listed


@check("contract.json-cut-off", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def json_cut_off(evidence: Evidence) -> Iterator[Finding]:
    """Tell what is open, and since when."""
    for one in told("contract.json-cut-off", evidence):
        broken = one.reading.broken
        assert broken
        text = one.reading.text.rstrip()
        names = {"{": "object", "[": "list", "(": "tuple"}
        still = [f"the {names[opener]} of line {line}" for opener, line in broken.open]
        inside = broken.flaw.end - broken.flaw.start > 1 and one.reading.text[broken.flaw.start] == '"'
        what = (
            "in the middle of a text" if inside else f"while {len(still)} brackets are open" if len(still) > 1 else ""
        )
        end = Quote(source=one.sample.source, text=f"still open: {listed(still[-4:])}") if still else None
        tail = one.quote(max(len(text) - 40, text.rfind("\n") + 1) if not inside else broken.flaw.start, len(text))
        yield one.finding(
            f"{one.file} ends {what or 'before ' + (still[-1] if still else 'it is complete') + ' is closed'}",
            Fix(title="send the whole body; requests.post(url, json=payload) sets its length"),
            one.repair("close the brackets, if nothing else is missing"),
            saw=(tail, *((end,) if end else ())),
        )


CASES = (
    fires(sent('{"data": [[1, 2], [3'), saw="while 3 brackets are open", line=1, findings=1),
    fires(sent('{\n"data": [[1, 2]]\n'), saw="before the object of line 1 is closed", line=2),
    fires(sent('{"data": ["abc'), saw="in the middle of a text"),
    fires(to_schema('{"data": [[1, 2]'), findings=1),
    quiet(sent('{"data": [[1, 2]]}')),
    quiet(accepted('{"data": [[1, 2'), name="run() takes it"),
)
