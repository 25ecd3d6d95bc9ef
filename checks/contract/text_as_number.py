"""A number is sent where the service takes text.

What it finds
-------------
A number where the contract has a text, such as an id, a postcode or a code that was read as a number on its way.

Why it breaks
-------------
A plain text of the decorator takes no number and raises; a text column makes `"7"` of 7, without leading zeros that
the text may have had; `.lower()` of a number raises AttributeError.

How to fix
----------
Send the value in quotes, with the zeros it began with.

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
from checks.contract.value_scenes import CODE, rows_of, to_array, to_code, to_document, to_value
from checks.evidence import Evidence
from checks.finding import Finding, Stage


@check("contract.text-as-number", needs=("samples",), stage=Stage.RUN)
def text_as_number(evidence: Evidence) -> Iterator[Finding]:
    """Show the number and the text that it would be."""
    for fault in faults(evidence, "text-as-number"):
        yield tell(
            fault, f"{places(fault)} is a number, not text: {cut(fault.seen, 24)}", *fixes_of(fault, "send text")
        )


CASES = (
    fires(to_document({"zip": 150}, zip={"type": "string"}), saw="`/zip` is a number, not text: number 150", line=1),
    fires(to_value("str", {"type": "string"}, rows_of(3)), saw="Expected: <class 'str'>", findings=1),
    fires(to_code({"rows": 3}, CODE.replace('model.predict(data["rows"])', 'data["rows"].lower()')), saw="`/rows`"),
    quiet(to_document({"zip": "0150"}, zip={"type": "string"})),
    quiet(to_array(rows_of([[1, 2]]))),
)
