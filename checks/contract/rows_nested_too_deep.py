"""The rows are nested deeper than the service takes them.

What it finds
-------------
Lists in more levels than the decorator's sample has dimensions, and lists of objects in a list.

Why it breaks
-------------
The decorator compares the number of dimensions and raises `Invalid input array: an array with 2 dimensions is
expected; input has 3`. It happens where a client wraps what is wrapped already: `[data.tolist()]`.

How to fix
----------
Take one pair of brackets away.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/numpy_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.telling import place, sending, tell
from checks.contract.value_scenes import PERSON, rows_of, to_array, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.rows-nested-too-deep", needs=("samples",), stage=Stage.RUN)
def rows_nested_too_deep(evidence: Evidence) -> Iterator[Finding]:
    """Show what is inside the outermost brackets."""
    for fault in faults(evidence, "rows-nested-too-deep"):
        better = (sending(fault.better, fault.path),) if fault.better is not None else ()
        yield tell(
            fault,
            f"{place(fault)} is nested too deep: {fault.seen}",
            Fix(title="take the outer brackets away", commands=better),
        )


CASES = (
    fires(to_array(rows_of([[[1, 2]]])), saw="`/data` is nested too deep: lists in 3 levels", line=1, findings=1),
    fires(to_frame(rows_of([[PERSON]])), saw="`/data` is nested too deep", findings=1),
    quiet(to_array(rows_of([[1, 2]]))),
    quiet(to_frame(rows_of([PERSON, PERSON]))),
)
