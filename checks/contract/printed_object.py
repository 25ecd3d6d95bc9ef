"""Something printed is sent in the place of JSON.

What it finds
-------------
What print() shows of a NumPy array, a data frame, a tensor or another object: numbers without commas, `array(...)`,
`<Object at 0x…>`.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Turn arrays into lists with `.tolist()`, frames into records with `.to_dict(orient='records')`, then send what
json.dumps() gives.

Learn more
----------
NumPy documentation, `ndarray.tolist`; pandas documentation, `DataFrame.to_dict`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import sent
from checks.contract.forms import FORETELLS, told
from checks.contract.json_text import NO_VALUE
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage
from checks.runtime.wording import one_line


@check("contract.printed-object", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def printed_object(evidence: Evidence) -> Iterator[Finding]:
    """Name what was printed."""
    for one in told("contract.printed-object", evidence):
        known, broken = one.reading.foreign, one.reading.broken
        kind = known.kind if known else "object"
        name = known.name if known else one_line(broken.seen(one.reading.text), 30).rstrip("( ") if broken else ""
        what = {"numpy": "a NumPy array", "frame": "a data frame"}.get(kind, f"an object: {name}")
        how = {"numpy": "array.tolist()", "frame": "frame.to_dict(orient='records')"}.get(kind, "array.tolist()")
        place = one.quote(broken.flaw.start, broken.flaw.end) if broken else one.first()
        yield one.finding(
            f"{one.file} is the printed form of {what}",
            one.send("send lists with commas")
            if one.reading.right is not NO_VALUE
            else Fix(title="turn it into lists and objects before json.dumps()", commands=(how,)),
            saw=(place,),
        )


CASES = (
    fires(sent("[[1. 2.]\n [3. 4.]]"), saw="the printed form of a NumPy array", line=1, findings=1),
    fires(sent('{"data": array([[1, 2]])}'), saw="an object: array"),
    fires(sent("   a  b\n0  1  2\n1  3  4"), saw="a data frame"),
    quiet(sent('{"data": [[1.0, 2.0]]}')),
    quiet(sent('{"data": "array([1, 2])"}'), name="inside of a text"),
)
