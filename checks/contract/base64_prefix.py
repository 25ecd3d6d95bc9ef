"""A data URI is sent where base64 is decoded as it comes.

What it finds
-------------
A value `data:image/png;base64,...` where the script calls b64decode() and takes no prefix off. Browsers give images
in this form.

Why it breaks
-------------
b64decode() passes over `:`, `;` and `,` and takes the letters of the prefix for data, so the bytes that come out are
shifted: the library that opens them finds no image and raises.

How to fix
----------
Send what follows the comma, or cut the prefix off in run().

Learn more
----------
Python documentation, `base64.b64decode`: characters that are not of the alphabet are discarded before the padding is
checked.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import DECODES, sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.runtime.wording import one_line


@check("contract.base64-prefix", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def base64_prefix(evidence: Evidence) -> Iterator[Finding]:
    """Show the value."""
    for one in told("contract.base64-prefix", evidence):
        uri = one_line(one.reading.sent.partition(",")[0], 40)
        where = one.reading.pointer or "/"
        start = one.reading.text.find("base64,")
        begin = one.reading.text.rfind('"', 0, start) + 1
        yield one.finding(
            f"{where} of {one.file} begins with {uri}, which b64decode() takes for data",
            Fix(title="send what follows the comma alone", commands=('value.split(",", 1)[1]',)),
            Fix(title="cut the prefix off in run()", commands=('base64.b64decode(value.rpartition(",")[2])',)),
            saw=(one.quote(begin, start + 7),),
        )


CASES = (
    fires(
        sent('{"image": "data:image/png;base64,iVBORw0KGgo="}', DECODES),
        saw="/image of sample.json begins with data:image/png;base64",
        line=1,
        findings=1,
    ),
    quiet(sent('{"image": "iVBORw0KGgo="}', DECODES)),
    quiet(
        sent(
            '{"image": "data:image/png;base64,iVBORw0KGgo="}',
            DECODES.replace('json.loads(raw)["image"]', 'json.loads(raw)["image"].split(",")[-1]'),
        ),
        name="the prefix is cut off",
    ),
)
