"""The columns of the table are sent in another order than that of the sample.

What it finds
-------------
A data frame in records or split whose columns are those of the decorator's sample, in another order.

Why it breaks
-------------
The decorator casts columns by name and leaves them in the order in which they were sent. A model that was fitted on
an array, or one that does not look at names, takes the first column for the first feature: the answer is wrong, and
nothing is raised.

How to fix
----------
Let run() restore the order, `data = data[COLUMNS]`: a client's order is nothing to rely upon. Or send the order of
the sample.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/pandas_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.telling import place, tell
from checks.contract.value_scenes import PERSON, rows_of, to_document, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Severity, Stage


@check("contract.column-order", needs=("samples",), stage=Stage.RUN, severity=Severity.WARNING)
def column_order(evidence: Evidence) -> Iterator[Finding]:
    """Show both orders."""
    for fault in faults(evidence, "column-order"):
        names = ", ".join(f'"{name}"' for name in fault.names[:8])
        yield tell(
            fault,
            f"the columns of {place(fault)} come in another order",
            Fix(title="restore the order in run()", commands=(f"data = data[[{names}]]",)),
            Fix(title=f"send this order: {fault.expected}"),
        )


CASES = (
    fires(
        to_frame(rows_of([dict(reversed(PERSON.items()))])),
        saw="come in another order",
        line=1,
        findings=1,
    ),
    quiet(to_frame(rows_of([PERSON]))),
    quiet(to_frame(rows_of([PERSON | {"more": 1}])), name="other columns"),
    quiet(to_document({"b": 1, "a": 2}, a={"type": "integer"}, b={"type": "integer"}), name="an object has no order"),
)
