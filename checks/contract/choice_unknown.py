"""A value is none of those that the contract lists.

What it finds
-------------
A value that is not among those of `enum`, or not the one of `const`.

Why it breaks
-------------
Who keeps to the contract refuses the request; a service that does not look passes the value on to an encoder that was
never fitted with it.

How to fix
----------
Send one of the listed values; they are compared letter by letter.

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


@check("contract.choice-unknown", needs=("samples",), stage=Stage.RUN)
def choice_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Show the value and the list."""
    for fault in faults(evidence, "choice-unknown"):
        yield tell(
            fault,
            f"{places(fault)} is none of the listed values: {cut(fault.seen, 24)}",
            Fix(title=f"send {fault.expected}"),
        )


COLOUR = {"type": "string", "enum": ["red", "blue"]}
CASES = (
    fires(to_document({"colour": "green"}, colour=COLOUR), saw='one of "red", "blue"', line=1, findings=1),
    fires(to_document({"colour": "Red"}, colour=COLOUR), saw="`/colour` is none of the listed values", findings=1),
    quiet(to_document({"colour": "red"}, colour=COLOUR)),
    quiet(to_array(rows_of([[1, 2]]))),
)
