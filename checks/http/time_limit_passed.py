"""The model takes longer than the platform lets it.

What it finds
-------------
408 `upstream request timeout` of a managed endpoint, or 504 of azureml-fe.

Why it breaks
-------------
The front end waits five seconds by default, then answers by itself. The container goes on: its log has a 200 with a
long duration. The limits of the inference server are far above that.

How to fix
----------
Make run() quicker (load in init(), smaller batches), or raise `request_timeout_ms`: up to 180000 for a managed
endpoint, 300000 in a cluster. Longer work belongs into a batch endpoint.

Learn more
----------
Azure Machine Learning documentation, "Troubleshoot online endpoints": 408 and 504; `request_settings`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.records import Endpoint
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import (
    AFTERMATH,
    advise,
    deployment_of,
    endpoint_name,
    endpoint_of,
    finding,
    of_sample,
    quiet_confidence,
    read_log,
)
from checks.runtime.wording import seconds_of


@check("http.time-limit-passed", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def time_limit_passed(evidence: Evidence) -> Iterator[Finding]:
    """Tell the limit that the kind of service has."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.time-limit-passed")
    if not calls:
        return
    first = calls[0]
    cluster = endpoint.kind == "kubernetes"
    who = "azureml-fe" if cluster else "the endpoint"
    most = 300_000 if cluster else 180_000
    limit = f"az ml online-deployment update {_named(endpoint)} --set request_settings.request_timeout_ms={most}"
    after = f" after {seconds_of(first.seconds)}" if first.seconds >= 1 else ""
    yield finding(
        endpoint,
        calls,
        f"run(){of_sample(first)} takes longer than {who} waits: {first.status}{after}",
        read_log(endpoint, "see in the log how long run() takes, and with what"),
        advise(f"raise the limit, at most {most}", limit),
        confidence=quiet_confidence(
            "upstream request timeout" in first.body or endpoint.kind in {"managed", "kubernetes"}
        ),
    )


def _named(endpoint: Endpoint) -> str:
    return f"-e {endpoint_name(endpoint)} -n {deployment_of(endpoint)}"


CASES = (
    fires(live(scored(408, "upstream request timeout", seconds=5.1), url=URL), saw="408 after 5.1 s", findings=1),
    fires(live(scored(504, "", seconds=5.0), kind="kubernetes"), saw="longer than azureml-fe waits: 504"),
    fires(live(scored(504, "upstream request timeout"), kind="managed"), saw="the endpoint waits: 504"),
    quiet(live(scored(504, "<h1>504 Gateway Time-out</h1>"))),
    quiet(live(scored(408, "Request Timeout")), name="the server itself: it waited for the body"),
    quiet(live(HEALTHY, scored(seconds=4.0), url=URL)),
)
