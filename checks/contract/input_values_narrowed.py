"""Values that old clients may send are not allowed any more.

What it finds
-------------
Fewer choices, a closer limit, a new pattern, or null that is not taken any more.

Why it breaks
-------------
A request that was right yesterday is wrong today. Who validates against the contract refuses it; the server itself does
not, and hands it to run().

How to fix
----------
Go on taking the old values, or tell the clients before the old version goes.

Learn more
----------
JSON Schema 2020-12, "Validation Keywords".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import named, told
from checks.contract.records import Schema
from checks.contract.scenes import renewed, taking
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check("contract.input-values-narrowed", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def input_values_narrowed(evidence: Evidence) -> Iterator[Finding]:
    """Tell what was allowed and what is."""
    for change, base in told(evidence, "input-values-narrowed"):
        yield base(
            f"{named(change)} is narrower now: {change.after}",
            fix=Fix(title=f"go on taking what was allowed: {change.before}"),
        )


def _mode(**words: object) -> Schema:
    return {"mode": {"type": "string", **words}}


CASES = (
    fires(renewed(taking(_mode(enum=["fast", "slow"])), taking(_mode(enum=["fast"]))), saw="only `fast`"),
    fires(renewed(taking(_mode()), taking(_mode(maxLength=8))), saw="maxLength 8"),
    fires(renewed(taking({"a": {"type": ["number", "null"]}}), taking({"a": {"type": "number"}})), saw="null is not"),
    quiet(renewed(taking(_mode(enum=["fast"])), taking(_mode(enum=["fast", "slow"]))), name="one more choice"),
    quiet(renewed(taking(_mode(maxLength=8)), taking(_mode(maxLength=9)))),
)
