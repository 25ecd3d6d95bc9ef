"""A value is outside of the range that the contract allows.

What it finds
-------------
Numbers below `minimum` or above `maximum`, and texts that are too short or too long.

Why it breaks
-------------
Who keeps to the contract refuses the request. A service that does not look gives the model a value that it was not
fitted for.

How to fix
----------
Send a value within the range.

Learn more
----------
Source: JSON Schema 2020-12, validation.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import places, tell
from checks.contract.value_scenes import rows_of, to_array, to_document
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.out-of-range", needs=("samples",), stage=Stage.RUN)
def out_of_range(evidence: Evidence) -> Iterator[Finding]:
    """Show the value and its limit."""
    for fault in faults(evidence, "out-of-range"):
        yield tell(
            fault,
            f"{places(fault)} is out of range: {cut(fault.seen, 20)}, {cut(fault.expected, 20)}",
            Fix(title=f"send a value within the range: {fault.expected}"),
        )


AGE = {"type": "integer", "minimum": 0, "maximum": 130}
CASES = (
    fires(to_document({"age": 200}, age=AGE), saw="number 200, at most 130", line=1, findings=1),
    fires(to_document({"name": ""}, name={"type": "string", "minLength": 1}), saw="at least 1 character"),
    quiet(to_document({"age": 130}, age=AGE)),
    quiet(to_array(rows_of([[1, 2]]))),
)
