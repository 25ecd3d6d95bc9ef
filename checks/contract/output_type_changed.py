"""The answer is of another type than clients expect.

What it finds
-------------
A place of the answer whose type the old contract does not allow: an object where a list was, a text where a number was,
any number where an integer was.

Why it breaks
-------------
Clients that were generated from the old contract, or that only index into the answer, fail to read it.

How to fix
----------
Answer the old type; put what is new beside it, under a key of its own.

Learn more
----------
JSON Schema 2020-12, "type".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import named, told
from checks.contract.records import Schema
from checks.contract.scenes import ROWS, interface, replaced, taking
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check("contract.output-type-changed", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def output_type_changed(evidence: Evidence) -> Iterator[Finding]:
    """Tell old and new type."""
    for change, base in told(evidence, "output-type-changed"):
        place = named(change, whole="the answer")
        yield base(
            f"{place} was {change.before} and is {change.after} now",
            fix=Fix(title=f"answer {change.before} as before, and what is new under a key of its own"),
        )


NUMBERS: Schema = {"type": "array", "items": {"type": "number"}}
OBJECT: Schema = {"type": "object", "properties": {"result": NUMBERS}}
INTEGERS: Schema = {"type": "array", "items": {"type": "integer"}}

CASES = (
    fires(
        replaced(taking({"data": ROWS}, NUMBERS), interface(output=OBJECT)),
        saw="the answer was a list of numbers and is an object",
    ),
    fires(replaced(taking({"data": ROWS}, INTEGERS), interface(output=NUMBERS)), saw="`/*`"),
    quiet(replaced(taking({"data": ROWS}, NUMBERS), interface(output=INTEGERS)), name="an integer is a number"),
    quiet(replaced(taking({"data": ROWS}, NUMBERS), interface(output=NUMBERS))),
)
