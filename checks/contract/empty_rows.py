"""The request body holds no rows.

What it finds
-------------
An empty list where rows are declared, or where the code makes a table of it.

Why it breaks
-------------
An empty list has one dimension and no columns: the decorator of a table raises `an array with 2 dimensions is
expected; input has 1 [shape (0,)]`, or `data frame has size 0 on dimension #1`. Models raise `Found array with 0
sample(s)`.

How to fix
----------
Send at least one row. Let clients send no request for nothing; an undecorated run() can answer an empty list by
itself.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/numpy_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.telling import place, tell
from checks.contract.value_scenes import rows_of, to_array, to_code, to_document, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.empty-rows", needs=("samples",), stage=Stage.RUN)
def empty_rows(evidence: Evidence) -> Iterator[Finding]:
    """Show what is declared."""
    for fault in faults(evidence, "empty-rows"):
        yield tell(fault, f"{place(fault)} holds no rows", Fix(title="send at least one row"))


LOANS = {"type": "array", "items": {"type": "object", "required": ["bank"], "properties": {"bank": {}}}}
CASES = (
    fires(to_array(rows_of([])), saw="`/data` holds no rows", line=1, findings=1),
    fires(to_frame(rows_of([])), saw="data frame has size 0", findings=1),
    fires(to_code({"rows": []}), saw="`/rows` holds no rows", findings=1),
    quiet(to_array(rows_of([[1, 2]]))),
    quiet(to_document({"loans": []}, loans=LOANS), name="a list of objects may be empty"),
    quiet(to_document({"words": []}, words={"type": "array", "items": {"type": "string"}}), name="a list, not a table"),
)
