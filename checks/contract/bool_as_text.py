"""True or false is sent as text.

What it finds
-------------
`"true"`, `"false"`, `"0"` or the like where the contract has true or false.

Why it breaks
-------------
Every text that is not empty is true: NumPy and pandas make True of `"false"`, and nothing is raised. A plain bool of
the decorator raises.

How to fix
----------
Send true or false without quotes.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/pandas_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import fixes_of, places, tell
from checks.contract.value_scenes import PERSON, rows_of, to_document, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Stage


@check("contract.bool-as-text", needs=("samples",), stage=Stage.RUN)
def bool_as_text(evidence: Evidence) -> Iterator[Finding]:
    """Show what becomes of the text."""
    for fault in faults(evidence, "bool-as-text"):
        yield tell(
            fault,
            f"{places(fault)} is text, not true or false: {cut(fault.seen, 20)}",
            *fixes_of(fault, "send it without quotes"),
        )


CASES = (
    fires(to_frame(rows_of([PERSON | {"member": "false"}])), saw='text "false"', line=1, findings=1),
    fires(to_document({"debug": "true"}, debug={"type": "boolean"}), saw="`/debug` is text, not true or false"),
    quiet(to_frame(rows_of([PERSON]))),
    quiet(to_document({"debug": "true"}, debug={"type": "string"})),
)
