"""More requests wait than the service may hold.

What it finds
-------------
429 while requests were sent one after the other.

Why it breaks
-------------
An endpoint holds twice `max_concurrent_requests_per_instance` times the number of instances, 2 for the defaults, and
refuses what comes on top. With requests one by one it means that others ask at the same time, or that earlier ones,
given up by their clients, are still at work.

How to fix
----------
Let clients wait and ask again, then add instances, or raise `max_concurrent_requests_per_instance` together with
`WORKER_COUNT`.

Learn more
----------
Azure Machine Learning documentation, "Troubleshoot online endpoints": 429.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.records import Call, Endpoint
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import (
    AFTERMATH,
    advise,
    deployment_of,
    endpoint_name,
    endpoint_of,
    finding,
    from_container,
    gateway_of,
)
from checks.runtime.wording import one_line


@check("http.too-many-requests", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def too_many_requests(evidence: Evidence) -> Iterator[Finding]:
    """Quote how long the service asks to wait."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.too-many-requests")
    if not calls:
        return
    first = calls[0]
    wait = one_line(first.headers.get("retry-after", ""), 20)
    again = f"ask again after {wait} s" if wait.isdigit() else "ask again after a pause that grows"
    if gateway := gateway_of(endpoint, first):
        yield finding(
            endpoint,
            calls,
            f"{gateway} limits how many requests it lets through: 429",
            advise(again),
            advise("raise its limit", *(("limit_req zone=<zone> burst=<n> nodelay;",) if "nginx" in gateway else ())),
        )
        return
    name = endpoint_name(endpoint)
    scale = f"az ml online-deployment update -e {name} -n {deployment_of(endpoint)} --set instance_count=<n>"
    more = advise("add instances, or workers for each", *((scale,) if endpoint.kind == "managed" else ()))
    yield finding(
        endpoint, calls, f"{_who(endpoint, first)} holds as many requests as it may: 429", advise(again), more
    )


def _who(endpoint: Endpoint, call: Call) -> str:
    return "the endpoint" if endpoint.kind == "managed" and not from_container(call) else "the service"


CASES = (
    fires(live(scored(429, "", headers={"retry-after": "3"}), url=URL), saw="the endpoint holds", findings=1),
    fires(live(scored(429), kind="kubernetes"), saw="azureml-fe"),
    fires(live(scored(429, "too many requests"), kind="container-instance")),
    fires(
        live(HEALTHY, scored(429, "<html>", headers={"server": "nginx/1.22.1"})),
        saw="nginx/1.22.1 limits how many requests",
    ),
    quiet(live(scored(429, "rate limit of 500 requests per second exceeded"), url=URL), name="a rate"),
    quiet(live(HEALTHY, scored())),
)
