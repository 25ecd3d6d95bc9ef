"""The service is overloaded: some requests are refused with 503.

What it finds
-------------
503 to some requests of a service that answers others.

Why it breaks
-------------
All replicas are busy. azureml-fe lets a request wait half a second for a free one, and refuses it then; it adds
replicas only above 70 % of use, and up to `max_instances`.

How to fix
----------
Keep more replicas (a higher minimum, a lower target), or make run() quicker; let clients ask again after a 503.

Learn more
----------
Azure Machine Learning documentation, "Troubleshoot online endpoints": 503 in a cluster, and how many replicas are
needed.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.records import Timing
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding


@check("http.overloaded", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def overloaded(evidence: Evidence) -> Iterator[Finding]:
    """Count what was refused and what was not."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.overloaded")
    if not calls:
        return
    asked = [call.status for call in endpoint.of("score", "series")]
    asked += list(endpoint.timing.statuses) if endpoint.timing and not endpoint.of("series") else []
    refused = sum(1 for status in asked if status == 503)
    scale = "az ml online-deployment update -e <endpoint> -n <deployment> --set scale_settings.min_instances=<n>"
    fixes = [advise("let clients ask again after a 503, with a pause that grows")]
    if endpoint.kind == "kubernetes":
        fixes.insert(0, advise("keep more replicas", scale))
    yield finding(
        endpoint, calls, f"{refused} of {len(asked)} requests are refused with 503, others are answered", *fixes
    )


CASES = (
    fires(live(scored(), scored(503, ""), kind="kubernetes"), saw="1 of 2 requests are refused", findings=1),
    fires(
        live(HEALTHY, scored(503, ""), timing=Timing(seconds=(0.1, 0.1), statuses=(200, 503)), kind="kubernetes"),
        saw="2 of 3 requests",
    ),
    quiet(live(scored(503, ""), kind="kubernetes"), name="none is answered"),
    quiet(live(HEALTHY, scored(), scored())),
)
