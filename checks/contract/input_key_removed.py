"""A key that old clients send is not read any more.

What it finds
-------------
A key of the request that the old contract describes and the new one does not know.

Why it breaks
-------------
Where it is a column of a data frame, every request of an old client is refused: the number of columns is checked
(500). Elsewhere the server ignores what it does not know, so old clients are answered as if they had not sent it.

How to fix
----------
Keep the key, or tell the clients before the old version goes.

Learn more
----------
inference-schema 1.8, `parameter_types/pandas_parameter_type.py` (enforce_shape); tried.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import told
from checks.contract.scenes import ROWS, interface, replaced, taking
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check("contract.input-key-removed", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def input_key_removed(evidence: Evidence) -> Iterator[Finding]:
    """Tell each key that goes, and whether anybody notices."""
    for change, base in told(evidence, "input-key-removed"):
        refused = change.pointer.count("/") > 1 and "*" in change.pointer
        yield base(
            f"`{change.key}` of the request is not read any more",
            fix=Fix(title=f"go on reading `{change.key}`, or tell the clients before the old version goes"),
            severity=Severity.ERROR if refused else Severity.WARNING,
            why=""
            if refused
            else "The server ignores keys that it does not know: old clients are answered as if they had "
            "not sent it, and nothing tells them.",
        )


COLUMNS = {
    "type": "object",
    "required": ["age", "size"],
    "properties": {"age": {"type": "integer"}, "size": {"type": "number"}},
}
FEWER = {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}}
TABLE = {"type": "array", "items": COLUMNS}

CASES = (
    fires(
        replaced(taking({"data": TABLE}), interface(properties={"data": {"type": "array", "items": FEWER}})),
        saw="`size` of the request is not read any more",
    ),
    fires(replaced(taking({"data": ROWS, "mode": {"type": "string"}}), interface()), saw="`mode`"),
    quiet(replaced(taking({"data": TABLE}), interface(properties={"data": TABLE}))),
)
