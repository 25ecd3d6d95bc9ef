"""A key that clients read is gone from the answer.

What it finds
-------------
A key of the answer that the old contract promises and the new one does not.

Why it breaks
-------------
Clients read it: KeyError, null or undefined, in their code and far from here.

How to fix
----------
Go on answering the key, at least until no client reads it.

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
from checks.finding import Confidence, Finding, Fix, Stage


@check("contract.output-key-removed", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def output_key_removed(evidence: Evidence) -> Iterator[Finding]:
    """Tell each key that is gone."""
    for change, base in told(evidence, "output-key-removed"):
        now = f", which looks like `{change.after}` now" if change.after else ""
        yield base(
            f"the answer has no `{change.key}` any more{now}",
            fix=Fix(title=f"answer `{change.key}` as before" + (f", beside `{change.after}`" if change.after else "")),
        )


def _answer(*names: str) -> Schema:
    return {"type": "object", "properties": {name: {"type": "number"} for name in names}}


CASES = (
    fires(
        replaced(taking({"data": ROWS}, _answer("score", "label")), interface(output=_answer("score"))),
        saw="no `label`",
    ),
    fires(
        replaced(taking({"data": ROWS}, _answer("score")), interface(output=_answer("scores"))),
        saw="looks like `scores` now",
        findings=1,
    ),
    quiet(replaced(taking({"data": ROWS}, _answer("score")), interface(output=_answer("score", "label")))),
)
