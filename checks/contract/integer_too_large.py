"""An integer has more digits than everybody on its way can hold.

What it finds
-------------
Integers beyond 53 bits (9,007,199,254,740,992) in a sample: ids, as a rule.

Why it breaks
-------------
Python reads them exactly. A column of floats keeps about 16 digits, an int64 column nothing beyond 63 bits; browsers,
and many gateways and dashboards, read every number of JSON as a float and round it in silence.

How to fix
----------
Send ids as text. Where the number is one to reckon with, make sure that float precision is enough.

Learn more
----------
Source: RFC 8259, section 6; inference-schema 1.8.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import places, tell
from checks.contract.value_scenes import PERSON, rows_of, to_array, to_code, to_document, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Severity, Stage


@check("contract.integer-too-large", needs=("samples",), stage=Stage.RUN, severity=Severity.WARNING)
def integer_too_large(evidence: Evidence) -> Iterator[Finding]:
    """Show the number, and what run() gets."""
    for fault in faults(evidence, "integer-too-large"):
        lost = f", and run() gets {cut(fault.got, 24)}" if fault.got else " is beyond 53 bits"
        yield tell(fault, f"the integer {places(fault)}{lost}", Fix(title="send it as text, if it is an id"))


CASES = (
    fires(to_array(rows_of([[9007199254740993, 1]])), saw="9007199254740993", line=1, findings=1),
    fires(to_frame(rows_of([PERSON | {"age": 2**70}])), saw="Value is too big", findings=1),
    fires(to_code({"rows": [[2**53 + 1]]}), saw="`/rows/0/0` is beyond 53 bits", findings=1),
    quiet(to_array(rows_of([[2**53, 1]]))),
    quiet(to_array(rows_of([[1e300, 1]])), name="a float"),
    quiet(to_document({"id": "9007199254740993"}, id={"type": "string"})),
)
