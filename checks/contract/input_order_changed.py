"""The columns of the request stand in another order now.

What it finds
-------------
The same columns as before, in another order.

Why it breaks
-------------
Columns that are sent by name keep the order in which the client sends them; the decorator does not restore that of its
sample. Clients that send rows by position, and models that read columns by position, get one value for another, without
any error.

How to fix
----------
Keep the order, or select the columns by name in run().

Learn more
----------
inference-schema 1.8, `parameter_types/pandas_parameter_type.py`; tried.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import named, told
from checks.contract.records import Schema
from checks.contract.scenes import interface, replaced, taking
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.input-order-changed",
    needs=("old",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    severity=Severity.WARNING,
)
def input_order_changed(evidence: Evidence) -> Iterator[Finding]:
    """Tell both orders."""
    for change, base in told(evidence, "input-order-changed"):
        yield base(
            f"the columns of {named(change)} stand in another order now",
            fix=Fix(
                title="select the columns by name in run(), so that their order does not matter",
                commands=(f"data = data[[{', '.join(repr(one) for one in change.after.split(', '))}]]",),
            ),
        )


def _table(*names: str) -> Schema:
    columns: Schema = {name: {"type": "number"} for name in names}
    return {"data": {"type": "array", "items": {"type": "object", "required": list(names), "properties": columns}}}


CASES = (
    fires(
        replaced(taking(_table("age", "size")), interface(properties=_table("size", "age"))),
        saw="stand in another order now",
    ),
    quiet(replaced(taking(_table("age", "size")), interface(properties=_table("age", "size")))),
    quiet(
        replaced(taking(_table("age", "size")), interface(properties=_table("size", "age", "x"))), name="told as added"
    ),
)
