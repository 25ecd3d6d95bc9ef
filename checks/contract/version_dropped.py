"""The service has no document of version 2.0 any more.

What it finds
-------------
A decorated run() whose sample cannot be said in Swagger 2.0 (a list of mixed types), where the old document is one.

Why it breaks
-------------
`GET /swagger.json` asks for version 2 and gets 404. Clients that read the document at run time, and
generators of version 2, find none.

How to fix
----------
Give the sample one type in each list, or point the clients to `?version=3`.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/swagger.py`; tried.
"""

from collections.abc import Iterator

import msgspec

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.drifting import told
from checks.contract.scenes import interface, openapi, replaced
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.version-dropped",
    needs=("old",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    severity=Severity.WARNING,
)
def version_dropped(evidence: Evidence) -> Iterator[Finding]:
    """Tell the versions that are left."""
    for _, base in told(evidence, "version-dropped"):
        yield base(
            "GET /swagger.json has no version 2 any more",
            fix=Fix(title="give the sample one type in each list, or ask for /swagger.json?version=3"),
        )


NEWER = msgspec.structs.replace(interface(), versions=("3.0", "3.1"))

CASES = (
    fires(replaced(openapi(), NEWER), saw="versions 3.0, 3.1 only"),
    quiet(replaced(openapi(), interface())),
)
