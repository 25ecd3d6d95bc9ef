"""The answer may hold values that clients do not know.

What it finds
-------------
An answer that may be null where it never was, or a choice that the old contract does not list.

Why it breaks
-------------
Clients that handle every value they were promised meet one they were not.

How to fix
----------
Keep to the old values, or tell the clients before.

Learn more
----------
JSON Schema 2020-12, "enum".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import named, told
from checks.contract.records import Schema
from checks.contract.scenes import ROWS, interface, replaced, taking
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.output-widened",
    needs=("old",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    severity=Severity.WARNING,
)
def output_widened(evidence: Evidence) -> Iterator[Finding]:
    """Tell what may come that could not."""
    for change, base in told(evidence, "output-widened"):
        yield base(
            f"{named(change, whole='the answer')} may be another value now: {change.after}",
            fix=Fix(title=f"keep to what was promised: {change.before}"),
        )


def _label(*names: str) -> Schema:
    return {"type": "string", "enum": list(names)}


CASES = (
    fires(replaced(taking({"data": ROWS}, _label("a", "b")), interface(output=_label("a", "b", "c"))), saw="`c`"),
    fires(
        replaced(taking({"data": ROWS}, {"type": "number"}), interface(output={"type": ["number", "null"]})),
        saw="may be null",
    ),
    quiet(replaced(taking({"data": ROWS}, _label("a", "b")), interface(output=_label("a")))),
)
