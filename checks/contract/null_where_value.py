"""A null is sent where the service needs a value.

What it finds
-------------
`null` where the contract has a number, a text, a list or an object, and does not allow null.

Why it breaks
-------------
An integer column holds no missing value: pandas raises `cannot convert float NaN to integer`. A column of floats
takes null as NaN, and many models refuse NaN later. A plain value of the decorator takes no null.

How to fix
----------
Send a value, or leave the row out. Where null is meant, declare a type that has it.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/pandas_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import places, tell
from checks.contract.value_scenes import PERSON, rows_of, to_code, to_document, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.null-where-value", needs=("samples",), stage=Stage.RUN)
def null_where_value(evidence: Evidence) -> Iterator[Finding]:
    """Point at the nulls."""
    for fault in faults(evidence, "null-where-value"):
        yield tell(
            fault, f"{places(fault)} is null where {cut(fault.expected, 22)} is wanted", Fix(title="send a value there")
        )


CASES = (
    fires(to_frame(rows_of([PERSON | {"age": None}])), saw="`/data/0/age` is null where integer is wanted", line=1),
    fires(to_document({"age": None}, age={"type": "integer"}), saw="`/age` is null", findings=1),
    quiet(to_frame(rows_of([PERSON]))),
    quiet(to_document({"age": None}, age={"type": ["integer", "null"]})),
    quiet(to_code({"rows": [[1, None]]}), name="nobody says what the code makes of it"),
)
