"""The service is asked more often than its rate allows.

What it finds
-------------
429 that speaks of a rate, a quota or a bandwidth.

Why it breaks
-------------
A managed endpoint takes 500 requests and 500 new connections a second and 5 MB/s over all of its deployments; gateways
have limits of their own for each key. What is above is refused, however idle the model is.

How to fix
----------
Ask less often, several rows in one request, over connections that are kept open. A quota can be raised by a ticket.

Learn more
----------
Azure Machine Learning documentation, "Manage and increase quotas": online endpoints.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding
from checks.runtime.wording import one_line


@check("http.rate-limited", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def rate_limited(evidence: Evidence) -> Iterator[Finding]:
    """Quote what is limited."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.rate-limited")
    if not calls:
        return
    first = calls[0]
    wait = one_line(first.headers.get("retry-after", ""), 20)
    pause = (
        f"wait {wait} s, then ask less often" if wait.isdigit() else "ask less often, with a pause that grows after 429"
    )
    yield finding(
        endpoint,
        calls,
        "the service is asked more often than its rate allows: 429",
        advise(pause),
        advise("put several rows into one request, and keep connections open"),
    )


CASES = (
    fires(live(scored(429, "Rate limit is exceeded. Try again in 9 seconds."), url=URL), saw="its rate", findings=1),
    fires(live(scored(429, "", headers={"ms-azureml-bandwidth-request-delay-ms": "900"}), url=URL)),
    quiet(live(scored(429, ""), url=URL), name="pending requests"),
    quiet(live(HEALTHY, scored())),
)
