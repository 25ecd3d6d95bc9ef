"""The rows have more or fewer columns than the service takes.

What it finds
-------------
Rows of a list with another number of values than the decorator's sample, and tables that lack columns, or have more
of them. Columns are named where their names are known.

Why it breaks
-------------
The decorator compares the size of each dimension but the first with its sample. Its message tells the two numbers and
no name: `data frame has size 2 on dimension #1, while expected value is 3`.

How to fix
----------
Send the columns of the sample, all of them and no other.

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
from checks.text import listed


@check("contract.column-count", needs=("samples",), stage=Stage.RUN)
def column_count(evidence: Evidence) -> Iterator[Finding]:
    """Name the columns that are missing and those that are too many."""
    for fault in faults(evidence, "column-count"):
        missing = f"lacks {listed([f'`{name}`' for name in fault.names], 3)}" if fault.names else ""
        extra = f"has columns too many: {listed(list(fault.others), 3)}" if fault.others and not fault.names else ""
        counts = f"has {fault.seen}, and {fault.expected} are wanted"
        yield tell(
            fault,
            f"the table {place(fault)} {missing or (extra if _named(fault) else counts)}",
            *_cures(fault),
        )


def _cures(fault: Fault) -> Iterator[Fix]:
    """By name, where the names are known. The sample of a decorator may be what is wrong: the model decides."""
    names = fault.expected.partition(": ")[2]
    yield Fix(title=f"send these columns: {names}" if names else f"send {fault.expected} values in each row")
    if not names:
        yield Fix(title=f"where the model takes {fault.seen}, give the decorator a sample that has as many")


def _named(fault: Fault) -> bool:
    return "column" in fault.seen


SLIP = {"ages" if name == "age" else name: value for name, value in PERSON.items()}
CASES = (
    fires(to_array(rows_of([[1, 2, 3]])), saw="has 3 values in a row, and 2 are wanted", line=1, findings=1),
    fires(to_array(rows_of([[1]])), saw="has 1 value in a row", findings=1),
    fires(to_frame(rows_of([PERSON | {"zip": 1}])), saw="has columns too many: zip", findings=1),
    fires(to_frame(rows_of([{"age": 3, "income": 1.5, "member": True}])), saw="lacks `city`", findings=1),
    quiet(to_array(rows_of([[1, 2], [3, 4]]))),
    quiet(to_array(rows_of([[1, 2], [3]])), name="rows of different lengths are told so"),
    quiet(to_frame(rows_of([PERSON, SLIP])), name="one row has a key under another name"),
    quiet(to_frame(rows_of([PERSON]))),
)
