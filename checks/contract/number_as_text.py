"""A number is sent as text.

What it finds
-------------
A text that is a number, such as `"12"`, where the contract has a number; and texts among the numbers of one column
that the code gives to a model.

Why it breaks
-------------
A plain number of the decorator takes no text and raises. NumPy and pandas convert the text, so the request passes
here; strict clients, gateways and other versions refuse it, and an array without a declared type becomes one of
texts.

How to fix
----------
Send the number without quotes. A CSV reader and a form give texts: convert them before the request is made.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/standard_py_parameter_type.py`; JSON Schema 2020-12.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import fixes_of, places, tell
from checks.contract.value_scenes import PERSON, rows_of, to_array, to_code, to_document, to_frame, to_value
from checks.evidence import Evidence
from checks.finding import Finding, Stage


@check("contract.number-as-text", needs=("samples",), stage=Stage.RUN)
def number_as_text(evidence: Evidence) -> Iterator[Finding]:
    """Show the text and the number that it is."""
    for fault in faults(evidence, "number-as-text"):
        yield tell(
            fault, f"{places(fault)} is text, not a number: {cut(fault.seen, 24)}", *fixes_of(fault, "send the number")
        )


CASES = (
    fires(to_document({"age": "12"}, age={"type": "integer"}), saw='`/age` is text, not a number: text "12"', line=1),
    fires(to_value("int", {"type": "integer"}, rows_of("3")), saw="Invalid input data type to parse", findings=1),
    fires(to_array(rows_of([["1", 2], ["3", 4]])), saw="and 1 other value", findings=1),
    fires(to_code({"rows": [["1.5", 2]]}), saw="`/rows/0/0`", findings=1),
    quiet(to_array(rows_of([[1, 2]]))),
    quiet(to_frame(rows_of([PERSON | {"city": "0150"}])), name="a text that is to be one"),
    quiet(to_code({"rows": [["1", "b"]]}), name="texts beside texts"),
)
