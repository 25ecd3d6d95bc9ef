"""The contract says more than before, and breaks nobody.

What it finds
-------------
A key of the request that may be left out, or a key of the answer that was not there.

Why it breaks
-------------
Nothing breaks: old clients neither send the one nor read the other. Listed so that a difference is seen to have been
judged.

How to fix
----------
Nothing to change.

Learn more
----------
JSON Schema 2020-12, "properties".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import told
from checks.contract.records import Schema
from checks.contract.scenes import ROWS, interface, replaced, taking
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage


@check(
    "contract.compatible-change",
    needs=("old",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    severity=Severity.INFO,
)
def compatible_change(evidence: Evidence) -> Iterator[Finding]:
    """Tell each addition."""
    for change, base in told(evidence, "compatible"):
        side = "the answer" if change.after.endswith("answer") else "the request"
        yield base(f"{side} has `{change.key}` now, which breaks no client", no_fix="Old clients go on as they are.")


ANSWER: Schema = {"type": "object", "properties": {"score": {"type": "number"}}}
MORE: Schema = {"type": "object", "properties": {"score": {"type": "number"}, "label": {"type": "string"}}}

CASES = (
    fires(replaced(taking({"data": ROWS}, ANSWER), interface(output=MORE)), saw="the answer has `label` now"),
    quiet(replaced(taking({"data": ROWS}, ANSWER), interface(output=ANSWER))),
)
