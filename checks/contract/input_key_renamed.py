"""A key of the request has another name now.

What it finds
-------------
A required key that is new, and an old one like it (or the only one of its type) that is gone.

Why it breaks
-------------
Old clients send the old name. The server asks for the new one and answers 400, or run() raises KeyError: 500.

How to fix
----------
Keep the old name, or read both until every client has changed.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/input_parsers.py`; tried.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import told
from checks.contract.scenes import ROWS, interface, replaced, taking
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check("contract.input-key-renamed", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def input_key_renamed(evidence: Evidence) -> Iterator[Finding]:
    """Tell old and new name."""
    for change, base in told(evidence, "input-key-renamed"):
        yield base(
            f"`{change.before}` of the request is called `{change.key}` now",
            fix=Fix(title=f"keep the name `{change.before}`, or take both until clients have changed"),
        )


CASES = (
    fires(
        replaced(taking({"Data": ROWS}), interface()),
        saw="`Data` of the request is called `data` now",
        findings=1,
    ),
    fires(replaced(taking({"rows": ROWS}), interface()), saw="`rows`", name="the only one of its type"),
    quiet(replaced(taking({"data": ROWS}), interface())),
    quiet(replaced(taking({"label": {"type": "string"}}), interface()), name="another thing altogether"),
)
