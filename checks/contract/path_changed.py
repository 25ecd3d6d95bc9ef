"""The service scores at another path than clients call.

What it finds
-------------
A scoring operation whose path is not that of the old contract.

Why it breaks
-------------
Old clients get 404. The server itself scores at `/score` alone.

How to fix
----------
Keep the path, or route the old one to the new.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/routes.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import told
from checks.contract.records import Schema
from checks.contract.scenes import interface, openapi, renewed, replaced
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage


@check("contract.path-changed", needs=("old",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN)
def path_changed(evidence: Evidence) -> Iterator[Finding]:
    """Tell both paths."""
    for change, base in told(evidence, "path-changed"):
        yield base(
            f"clients call {change.before}, and the service has {change.after}",
            fix=Fix(title=f"route {change.before} to the service, or keep that path"),
        )


def _at(path: str) -> Schema:
    made = openapi()
    return openapi(paths={path: made["paths"]["/score"]})


CASES = (
    fires(renewed(openapi(), _at("/v2/score")), saw="POST /v2/score"),
    fires(replaced(_at("/predict"), interface()), saw="clients call POST /predict"),
    quiet(renewed(openapi(), openapi())),
    quiet(replaced(openapi(), interface())),
)
