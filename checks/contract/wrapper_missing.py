"""The payload lacks the object around its data.

What it finds
-------------
A list, a number, a text or the columns themselves where an object with a key is read; or an object where a list is
read.

Why it breaks
-------------
A decorated run() fills its parameters from the keys of an object: for anything else the server answers 400 `POST body
should be a JSON dictionary.` Another run() looks up a key in a list and raises TypeError.

How to fix
----------
Put the data under the key that is read.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_DATA, READS_LIST, sent, to_schema
from checks.contract.forms import FORETELLS, expected_quote, sent_quote, told
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.runtime.wording import one_line
from checks.text import listed


@check("contract.wrapper-missing", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def wrapper_missing(evidence: Evidence) -> Iterator[Finding]:
    """Say what is there and what is wanted."""
    for one in told("contract.wrapper-missing", evidence):
        reading = one.reading
        sent = one_line(reading.sent, 30)
        names = listed([f"`{key.name}`" for key in one.wanted.required])
        title = {
            "columns": f"{one.file} has the columns themselves; {one.wanted.who} reads {names}",
            "too-much": f"{one.file} wraps its list in `{sent}`; {one.wanted.who} reads the list itself",
            "list": f"{one.file} is a list; {one.wanted.who} reads an object with {names}",
        }.get(reading.variant, f"{one.file} is a bare value; {one.wanted.who} reads an object with {names}")
        fix = one.send("send the list itself" if reading.variant == "too-much" else f"put the data under {names}")
        yield one.finding(title, fix, saw=(sent_quote(one), *expected_quote(one)))


CASES = (
    fires(sent("[[1, 2]]"), saw="is a list; run() reads an object with `data`", findings=1),
    fires(to_schema("[[1, 2]]"), findings=1),
    fires(to_schema("5"), saw="is a bare value"),
    fires(sent('{"rows": [[1, 2]]}', READS_LIST), saw="wraps its list in `rows`"),
    fires(to_schema('{"age": 31, "size": 2}'), saw="has the columns themselves"),
    quiet(sent("[[1, 2]]", READS_LIST), name="run() reads a list"),
    quiet(sent("[[1, 2]]", READS_DATA.replace('["data"]', "")), name="any value"),
)
