"""A number with decimals is sent where the service takes an integer.

What it finds
-------------
`1.7` in an integer, and `1.0` for a plain integer of the decorator.

Why it breaks
-------------
Integer arrays and columns cut the decimals off and raise nothing: run() gets 1 for 1.7. A plain integer of the
decorator takes no float, not even 1.0, and raises.

How to fix
----------
Send an integer, or declare a float.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/numpy_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import fixes_of, places, tell
from checks.contract.value_scenes import PERSON, rows_of, to_document, to_frame, to_value
from checks.evidence import Evidence
from checks.finding import Finding, Stage


@check("contract.integer-as-float", needs=("samples",), stage=Stage.RUN)
def integer_as_float(evidence: Evidence) -> Iterator[Finding]:
    """Show what run() gets."""
    for fault in faults(evidence, "integer-as-float"):
        got = f", and run() gets {cut(fault.got, 16)}" if fault.got else ""
        yield tell(
            fault, f"{places(fault)} is no integer: {cut(fault.seen, 22)}{got}", *fixes_of(fault, "send an integer")
        )


CASES = (
    fires(to_frame(rows_of([PERSON | {"age": 31.7}])), saw="number 31.7, and run() gets 31", line=1, findings=1),
    fires(to_value("int", {"type": "integer"}, rows_of(3.0)), saw="but got <class 'float'>", findings=1),
    fires(to_document({"age": 1.5}, age={"type": "integer"}), saw="`/age` is no integer", findings=1),
    quiet(to_frame(rows_of([PERSON | {"age": 31.0}]))),
    quiet(to_value("int", {"type": "integer"}, rows_of(3))),
    quiet(to_document({"age": 1.0}, age={"type": "integer"})),
)
