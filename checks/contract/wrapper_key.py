"""The payload has another key than the one that is read.

What it finds
-------------
An object without the key that run() or the document wants, and with one in its place: another case, a plural, a slip
of the pen, or another name around the only value.

Why it breaks
-------------
Keys are compared letter by letter. A decorated run() is not called (400 `A value is not provided for the 'data'
parameter.`), another one meets a KeyError (500).

How to fix
----------
Send the key that is read.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

import json
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_DATA, accepted, sent, to_schema
from checks.contract.forms import FORETELLS, Told, expected_quote, sent_quote, told
from checks.contract.json_scan import Splice
from checks.contract.json_text import edits_of, value_of
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Stage
from checks.runtime.wording import one_line


@check("contract.wrapper-key", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def wrapper_key(evidence: Evidence) -> Iterator[Finding]:
    """Put both names side by side."""
    for one in told("contract.wrapper-key", evidence):
        reading = one.reading
        assert reading.key
        sent, name = one_line(reading.sent, 30), one_line(reading.key.name, 30)
        yield one.finding(
            f"{one.file} has the key `{sent}`; {one.wanted.who} reads `{name}`",
            _renamed(one),
            one.send(f"send `{reading.key.name}`"),
            saw=(_place(one), *expected_quote(one)),
        )


def _place(one: Told) -> Quote:
    found = re.search(rf'"{re.escape(one.reading.sent)}"\s*:', one.reading.text)
    return one.quote(found.start(), found.start() + len(one.reading.sent) + 2) if found else sent_quote(one)


def _renamed(one: Told) -> Fix | None:
    """The edit of the key, where it stands once in the sample and its value needs no other form."""
    reading = one.reading
    found = re.findall(rf'"{re.escape(reading.sent)}"\s*:', reading.text)
    value = value_of(reading.text)
    as_is = (
        isinstance(value, dict) and reading.key and {**value}.get(reading.sent) == reading.right.get(reading.key.name)
    )
    if len(found) != 1 or not as_is or reading.key is None or reading.text != one.sample.text:
        return None
    start = reading.text.index(found[0])
    splice = Splice(start, start + len(reading.sent) + 2, json.dumps(reading.key.name))
    return Fix(title="rename the key", edits=edits_of((splice,), reading.text, one.sample.source))


CASES = (
    fires(sent('{"Data": [[1, 2]]}'), saw="has the key `Data`; run() reads `data`", line=1, findings=1),
    fires(to_schema('{"datas": [[1, 2]]}'), saw="`datas`", findings=1),
    fires(sent('{"rows": [[1, 2]]}'), saw="`rows`"),
    quiet(sent('{"data": [[1, 2]], "Data": 1}'), name="the key is there, too"),
    quiet(sent('{"Data": [[1, 2]]}', READS_DATA.replace('["data"]', '.get("data", [])')), name="the key may be absent"),
    quiet(accepted('{"Data": [[1, 2]]}'), name="run() takes it"),
)
