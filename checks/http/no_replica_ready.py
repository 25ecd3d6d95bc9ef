"""No replica of the deployment is ready.

What it finds
-------------
503 of azureml-fe to every request.

Why it breaks
-------------
The front end in the cluster knows the service, and no pod of it is ready: they are still being made, cannot be placed,
crash, or fail their readiness probe; or all are busy and none is added.

How to fix
----------
Look at the pods of the deployment.

Learn more
----------
Azure Machine Learning documentation, "Troubleshoot online endpoints": 503 in a cluster; "Kubernetes inference router".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.records import Call
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, read_log


@check("http.no-replica-ready", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def no_replica_ready(evidence: Evidence) -> Iterator[Finding]:
    """Every request was refused."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.no-replica-ready")
    if not calls:
        return
    yield finding(
        endpoint,
        calls,
        "azureml-fe has no replica that takes the request: 503",
        read_log(endpoint, "look at the pods of the deployment"),
        advise(
            "look at azureml-fe itself, when they are ready",
            "kubectl logs -n azureml -l component=azureml-fe --tail 200",
        ),
    )


DOWN = Call(purpose="health", method="GET", path="/", status=503)
CASES = (
    fires(live(DOWN, scored(503, ""), kind="kubernetes"), saw="no replica", findings=1),
    quiet(live(scored(503, ""), scored(), kind="kubernetes"), name="some are answered"),
    quiet(live(scored(503, ""), url=URL), name="managed"),
    quiet(live(HEALTHY, scored(), kind="kubernetes")),
)
