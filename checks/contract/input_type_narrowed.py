"""A value of the request must be of another type now.

What it finds
-------------
A place of the request where the new contract does not take what the old one allowed: a text where a number was, an
integer where any number was, one object where a list of rows was.

Why it breaks
-------------
Old clients send the old type. The decorator's conversion refuses it (500), or quietly makes another value of it: `1.7`
becomes 1 in an integer column.

How to fix
----------
Go on taking the old type, and convert it in run().

Learn more
----------
inference-schema 1.8, `parameter_types/`; tried.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import named, told
from checks.contract.scenes import ROWS, interface, replaced, taking
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check("contract.input-type-narrowed", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def input_type_narrowed(evidence: Evidence) -> Iterator[Finding]:
    """Tell old and new type."""
    for change, base in told(evidence, "input-type-narrowed"):
        yield base(
            f"{named(change)} must be {change.after} now",
            fix=Fix(title=f"go on taking {change.before}, and convert it in run()"),
        )


TEXTS = {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}
INTEGERS = {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}

CASES = (
    fires(replaced(taking({"data": TEXTS}), interface()), saw="`/data/*/*` must be a number now"),
    fires(replaced(taking({"data": ROWS}), interface(properties={"data": INTEGERS})), saw="an integer"),
    quiet(replaced(taking({"data": INTEGERS}), interface()), name="a number takes every integer"),
    quiet(replaced(taking({"data": ROWS}), interface())),
)
