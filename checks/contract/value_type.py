"""A value of the request body is of another type than the service takes.

What it finds
-------------
A list, an object, a text or a number where the contract has another of them, and no closer check knows what was
meant.

Why it breaks
-------------
A decorator raises where the value cannot be converted, which the client sees as 500; what an undecorated run() does
with it ends in a TypeError or AttributeError, as a rule.

How to fix
----------
Send a value of the declared type.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/standard_py_parameter_type.py`; JSON Schema 2020-12.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import places, tell
from checks.contract.value_scenes import rows_of, to_array, to_code, to_document
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.value-type", needs=("samples",), stage=Stage.RUN)
def value_type(evidence: Evidence) -> Iterator[Finding]:
    """Put what was sent beside what is expected."""
    for fault in faults(evidence, "value-type"):
        yield tell(
            fault,
            f"{places(fault)}: {cut(fault.seen, 26)}, not {cut(fault.expected, 22)}",
            Fix(title=f"send {fault.expected} there"),
        )


LOOP = 'import json\ndef run(raw):\n    return [row["x"] for row in json.loads(raw)["rows"]]\n'

CASES = (
    fires(to_array(rows_of([[1, "two"]])), saw="could not convert string to float: 'two'", line=1, findings=1),
    fires(to_array(rows_of(7)), saw="`/data`: number 7, not list", findings=1),
    fires(to_document({"age": [1]}, age={"type": "integer"}), saw="`/age`: list of 1 number, not integer", findings=1),
    fires(to_code({"rows": 3}, LOOP), saw="`/rows`: number 3, not a list", findings=1),
    quiet(to_array(rows_of([[1, 2]]))),
    quiet(to_array(rows_of([["1", 2]])), name="a number as text has a check of its own"),
    quiet(to_document({"age": 1.0}, age={"type": "integer"}), name="1.0 is an integer"),
)
