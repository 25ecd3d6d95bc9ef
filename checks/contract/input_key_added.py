"""A new required key breaks the clients of the old contract.

What it finds
-------------
A key of the request that the old contract did not have, or did not ask for, and that the new one asks for.

Why it breaks
-------------
Clients of the old contract do not send it. A decorated run() is not called without a value for each parameter that has
no default: the server answers 400.

How to fix
----------
Give the parameter a default, or serve the new contract under a new name until every client has changed.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/input_parsers.py`; tried.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import told
from checks.contract.records import Parameter
from checks.contract.scenes import FLOATS, ROWS, interface, openapi, replaced
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check("contract.input-key-added", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def input_key_added(evidence: Evidence) -> Iterator[Finding]:
    """Tell each key that old requests lack."""
    for change, base in told(evidence, "input-key-added"):
        yield base(
            f"requests now need `{change.key}`",
            fix=Fix(
                title=f"give `{change.key}` a default in run(), or deploy beside the old version until clients send it",
            ),
        )


OLD = openapi()
NEW = interface(
    (Parameter(name="data", type=FLOATS), Parameter(name="threshold")), properties={"data": ROWS, "threshold": {}}
)
OPTIONAL = interface(
    (Parameter(name="data", type=FLOATS), Parameter(name="threshold", required=False)),
    properties={"data": ROWS, "threshold": {}},
)

CASES = (
    fires(replaced(OLD, NEW), saw="requests now need `threshold`", findings=1),
    quiet(replaced(OLD, OPTIONAL), name="it has a default"),
    quiet(replaced(OLD, interface()), name="nothing changed"),
)
