"""The table is sent in another form than the service reads.

What it finds
-------------
Records (a list of objects), split (columns, index and data), plain rows or an object of columns, where another of
these forms is declared, and pandas does not read both alike.

Why it breaks
-------------
The decorator hands the body to pandas with the form (`orient`) of its sample. Split sent for records ends in `All
arrays must be of the same length`; plain rows sent for records become columns called 0, 1, 2; an array takes no
objects at all.

How to fix
----------
Send the declared form: `frame.to_dict(orient=...)` makes each of them. Or declare the form that clients send.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/pandas_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import Fault, faults
from checks.contract.telling import place, tell
from checks.contract.value_scenes import PERSON, rows_of, to_array, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.table-form", needs=("samples",), stage=Stage.RUN)
def table_form(evidence: Evidence) -> Iterator[Finding]:
    """Name both forms."""
    for fault in faults(evidence, "table-form"):
        yield tell(
            fault,
            f"{place(fault)} is {fault.seen}, not {fault.expected}",
            Fix(title=f"send {fault.expected}", commands=(_command(fault),)),
        )


def _command(fault: Fault) -> str:
    """What makes the form from a data frame."""
    if "object of rows" in fault.expected:
        return 'frame.to_dict(orient="index")'
    if "list of values" in fault.expected:
        return "list(values.values())" if fault.names == ("row",) else "series.tolist()"
    if "rows" in fault.expected or "levels" in fault.expected:
        return "frame.to_numpy().tolist()"
    orients = {"list of objects": "records", "with columns": "split", "of columns": "list", "of rows": "index"}
    return f'frame.to_dict(orient="{next((o for words, o in orients.items() if words in fault.expected), "records")}")'


SPLIT = {"columns": list(PERSON), "index": [0], "data": [list(PERSON.values())]}

CASES = (
    fires(to_frame(rows_of(SPLIT)), saw="`/data` is an object with columns and data, not a list of objects", line=1),
    fires(to_frame(rows_of([[31, 1.5, "Oslo", True]])), saw="`/data` is a list of rows", findings=1),
    fires(to_frame(rows_of([PERSON]), "split"), saw="not an object with columns and data", findings=1),
    fires(to_array(rows_of([{"a": 1, "b": 2}])), saw="`/data` is a list of objects", findings=1),
    quiet(to_frame(rows_of([PERSON]))),
    quiet(to_frame(rows_of(SPLIT), "split")),
    quiet(to_frame(rows_of({name: [one] for name, one in PERSON.items()})), name="pandas reads columns as well"),
    quiet(to_array(rows_of([[1, 2]]))),
)
