"""Rows of the request have another number of values now.

What it finds
-------------
An array whose sample has another number of columns than the example of the old contract.

Why it breaks
-------------
The decorator compares the number of values in each row with its sample and refuses others: 500 for every old client.

How to fix
----------
Go on taking the old number of columns, or serve the new contract under a new name.

Learn more
----------
inference-schema 1.8, `parameter_types/numpy_parameter_type.py` (enforce_shape); tried.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import told
from checks.contract.records import Parameter, ParameterType
from checks.contract.scenes import interface, openapi, replaced
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check("contract.input-shape-changed", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def input_shape_changed(evidence: Evidence) -> Iterator[Finding]:
    """Tell the numbers of values."""
    for change, base in told(evidence, "input-shape-changed"):
        yield base(
            f"rows of `{change.key}` have {change.after} now, and had {change.before.split(' ')[0]}",
            fix=Fix(
                title="take the old number of values too, or deploy beside the old version until clients have changed"
            ),
        )


THREE = ParameterType(kind="numpy", dtype="float64", shape=(1, 3))

CASES = (
    fires(
        replaced(openapi(), interface((Parameter(name="data", type=THREE),))),
        saw="have 3 values in a row now, and had 2",
    ),
    quiet(replaced(openapi(), interface())),
)
