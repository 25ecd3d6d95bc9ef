"""The body is not encoded as UTF-8 without a mark.

What it finds
-------------
JSON in UTF-16 or UTF-32 (what PowerShell's `>` and some editors write), in Windows' or Latin encodings, or UTF-8 with
a byte-order mark where run() parses the text.

Why it breaks
-------------
The server decodes the body as UTF-8 for an undecorated run(): other encodings end in 400, and a byte-order mark stays
in front of the text, where json.loads() refuses it. A decorated run() takes UTF-16 and the mark, and fails with 500
at letters of other encodings.

How to fix
----------
Save the file as UTF-8 without BOM.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_DATA, bytes_sent, marked, sent
from checks.contract.forms import FORETELLS, Told, told
from checks.contract.scenes import declared, documented, interface, openapi, sample_of, undecorated
from checks.evidence import Evidence, Samples
from checks.finding import Edit, Finding, Fix, Quote, Safety, Stage
from checks.http.scenes import OF_SERVER, live, scored


@check("contract.body-encoding", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def body_encoding(evidence: Evidence) -> Iterator[Finding]:
    """Name the encoding and the first bytes."""
    for one in told("contract.body-encoding", evidence):
        variant = one.reading.variant
        if variant == "mark":
            fix = Fix(
                title="remove the mark",
                safety=Safety.SAFE,
                edits=(
                    Edit(
                        path=one.sample.source, start_line=1, start_column=0, end_line=1, end_column=1, replacement=""
                    ),
                ),
            )
            yield one.finding(
                f"{one.file} begins with a byte-order mark",
                fix,
                Fix(title="let run() pass over it", commands=('json.loads(raw.lstrip("\\ufeff"))',)),
                saw=(Quote(source=one.sample.source, text="the first bytes are EF BB BF, expected: {", line=1),),
            )
            continue
        name = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}.get(variant, variant.upper())
        yield one.finding(
            f"{one.file} is encoded as {name}, and the server reads UTF-8",
            Fix(
                title="save it as UTF-8",
                commands=(f"iconv -f {variant.upper()} -t UTF-8 {one.sample.source} > <new-file>",),
                safety=Safety.PLACEHOLDER,
            ),
            saw=(one.first(), *_letter(one)),
        )


def _letter(one: Told) -> tuple[Quote, ...]:
    """The first letter that is no ASCII, where it tells."""
    found = re.search(r"[^\x00-\x7f]", one.reading.text) if not one.reading.variant.startswith("utf") else None
    return (one.quote(found.start(), found.end()),) if found else ()


CASES = (
    fires(
        undecorated(READS_DATA, marked('{"data": [[1, 2]]}')), saw="begins with a byte-order mark", line=1, findings=1
    ),
    fires(bytes_sent('{"data": [[1, 2]]}'.encode("utf-16"), encoding="utf-16"), saw="is encoded as UTF-16", findings=1),
    fires(bytes_sent('{"data": ["caf\xe9"]}'.encode("cp1252"), encoding="cp1252"), saw="is encoded as Windows-1252"),
    fires(
        live(scored(500, headers={**OF_SERVER, "x-ms-run-function-failed": "True"})).replace(
            samples=Samples(items=(marked('{"data": [[1, 2]]}'),)),
            documents=documented(openapi(definitions={"ServiceInput": {"type": "object"}})).documents,
        ),
        saw="begins with a byte-order mark",
        name="a live service that describes nothing fails",
    ),
    quiet(
        live(scored()).replace(samples=Samples(items=(marked('{"data": [[1, 2]]}'),))), name="a live service takes it"
    ),
    quiet(sent('{"data": ["café"]}'), name="UTF-8"),
    quiet(declared(marked('{"data": [[1, 2]]}'), interface=interface()), name="a decorated run() takes the mark"),
    quiet(
        declared(sample_of('{"data": [[1, 2]]}'.encode("utf-16"), encoding="utf-16"), interface=interface()),
        name="and UTF-16",
    ),
)
