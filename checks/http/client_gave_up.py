"""The request was given up before the answer.

What it finds
-------------
499: who asked closed the connection while the service was still at work.

Why it breaks
-------------
A client, or a front end on its behalf, has a shorter time limit than run() needs. The status stands in logs and in the
answer of a front end that asked another one.

How to fix
----------
Give the client more patience than the service's own limit, or make run() quicker.

Learn more
----------
nginx: 499, client closed request. Azure Machine Learning documentation, "Troubleshoot online endpoints".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, of_sample, read_log
from checks.runtime.wording import seconds_of


@check("http.client-gave-up", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def client_gave_up(evidence: Evidence) -> Iterator[Finding]:
    """Tell how long it was waited."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.client-gave-up")
    if not calls:
        return
    first = calls[0]
    after = f" after {seconds_of(first.seconds)}" if first.seconds >= 0.1 else ""
    yield finding(
        endpoint,
        calls,
        f"the request{of_sample(first)} was given up before its answer{after}: 499",
        advise("give what stands before the service, and the client, more patience than run() needs"),
        read_log(endpoint, "see in the log how long run() takes"),
    )


CASES = (
    fires(live(scored(499, "", seconds=5.0), kind="kubernetes"), saw="before its answer after 5.0 s: 499", findings=1),
    fires(live(scored(499, ""), url=URL)),
    quiet(live(HEALTHY, scored())),
    quiet(live(scored(408, "upstream request timeout"), url=URL)),
)
