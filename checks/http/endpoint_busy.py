"""Another operation holds the service.

What it finds
-------------
409 to a request.

Why it breaks
-------------
A deployment is being created, updated or deleted at this moment, and the front end takes nothing that contradicts it.
It passes when the operation ends.

How to fix
----------
Wait until the operation has ended, then ask again.

Learn more
----------
Azure Machine Learning documentation, "Troubleshoot online endpoints": 409 in a cluster.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_name, endpoint_of, finding, read_log


@check("http.endpoint-busy", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def endpoint_busy(evidence: Evidence) -> Iterator[Finding]:
    """Show how to see the operation."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.endpoint-busy")
    if not calls:
        return
    name = endpoint_name(endpoint)
    tell = f"az ml online-endpoint show -n {name} --query provisioning_state"
    yield finding(
        endpoint,
        calls,
        "another operation holds the service: 409",
        advise("wait until the operation has ended", *((tell,) if endpoint.kind in {"managed", "kubernetes"} else ())),
        read_log(endpoint, "when it does not pass, see in the log who answers 409"),
    )


CASES = (
    fires(live(scored(409, "Another operation is in progress"), kind="kubernetes"), saw="409", findings=1),
    quiet(live(HEALTHY, scored())),
    quiet(live(scored(429), kind="kubernetes")),
)
