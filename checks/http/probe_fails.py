"""The platform's probe of the container fails.

What it finds
-------------
424 of a managed endpoint whose words speak of a probe.

Why it breaks
-------------
Traffic arrives while the container does not answer its liveness or readiness probe: init() still loads the model, the
only worker is busy for longer than the probe waits, or the container restarts again and again.

How to fix
----------
See whether the container restarts, and why; give the probes more patience than init() and the longest run() need.

Learn more
----------
Azure Machine Learning documentation, "Troubleshoot online endpoints": 424 and probes. Defaults: 10 s delay, 10 s
period, 2 s timeout, 30 failures.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import reason_of, told
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import (
    AFTERMATH,
    advise,
    deployment_of,
    endpoint_name,
    endpoint_of,
    finding,
    quiet_confidence,
    read_log,
)


@check("http.probe-fails", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def probe_fails(evidence: Evidence) -> Iterator[Finding]:
    """Quote the reason."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.probe-fails")
    if not calls:
        return
    first = calls[0]
    name = endpoint_name(endpoint)
    target = f"-e {name} -n {deployment_of(endpoint)}"
    patience = f"az ml online-deployment update {target} --set liveness_probe.failure_threshold=<n>"
    yield finding(
        endpoint,
        calls,
        "the container does not answer the platform's probe",
        read_log(endpoint, "see whether init() ends, and whether the container restarts"),
        advise("give the probes more patience than init() and the longest run() need", patience),
        confidence=quiet_confidence("probe" in f"{reason_of(first)} {first.body}".lower()),
    )


REASON = {"ms-azureml-model-error-reason": "Readiness probe failed: HTTP probe failed with statuscode: 502"}
CASES = (
    fires(live(scored(424, "", headers=REASON), url=URL), saw="the platform's probe", findings=1),
    quiet(live(scored(424, "", headers={"ms-azureml-model-error-reason": "model_error"}), url=URL)),
    quiet(live(HEALTHY, scored(), url=URL)),
)
