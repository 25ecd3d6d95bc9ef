"""CSV is sent to a service that reads JSON.

What it finds
-------------
Lines of values between commas, semicolons or tabs, with or without a line of names, where JSON is read: the form of
SageMaker's built-in algorithms and of exported tables.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Send the rows as JSON under the key that is read; or read CSV in run() with `pandas.read_csv(io.StringIO(raw))`.

Learn more
----------
Amazon SageMaker documentation, "Common data formats for inference". Source: azureml-inference-server-http 1.5.1,
`server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_CSV, sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.runtime.wording import one_line


@check("contract.csv-sent", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def csv_sent(evidence: Evidence) -> Iterator[Finding]:
    """Show the same rows as JSON."""
    for one in told("contract.csv-sent", evidence):
        known = one.reading.foreign
        assert known
        head = (
            f"with the columns {one_line(', '.join(known.rows[0]), 30)}"
            if known.header
            else f"of {len(known.rows[0])} columns without names"
        )
        yield one.finding(
            f"{one.file} is CSV {head}, and {one.wanted.who} reads JSON",
            one.send("send the rows as JSON"),
            saw=(one.first(),),
        )


CASES = (
    fires(
        sent("5.1,3.5\n4.9,3.0\n"), saw="is CSV of 2 columns without names, and run() reads JSON", line=1, findings=1
    ),
    fires(sent("age,size\n31,1.5\n"), saw="with the columns age, size"),
    quiet(sent("age,size\n31,1.5\n", READS_CSV, "sample.csv"), name="run() reads CSV"),
    quiet(sent('{"data": "a,b\\n1,2"}'), name="inside of a text"),
)
