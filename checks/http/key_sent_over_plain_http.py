"""The key travels over plain HTTP.

What it finds
-------------
A key or token that is sent to an http URL of another machine.

Why it breaks
-------------
Nothing fails. Whoever sees the traffic on its way, in the same network or at any hop, can read the key and use it.

How to fix
----------
Use the https URL of the service, and take a new key: this one may have been seen.

Learn more
----------
Azure Machine Learning documentation, "Use TLS to secure a web service".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Severity, Stage
from checks.http.reproduce import split
from checks.http.scenes import URL, live, scored
from checks.http.seen import advise, by_hand, endpoint_of, is_loopback
from checks.runtime.wording import titled


@check(
    "http.key-sent-over-plain-http",
    needs=("endpoint",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def key_sent_over_plain_http(evidence: Evidence) -> Iterator[Finding]:
    """By the scheme and the host."""
    endpoint = endpoint_of(evidence)
    scheme, host, path = split(endpoint.url)
    if endpoint.credential is None or scheme != "http" or is_loopback(endpoint) or not endpoint.calls:
        return
    yield Finding(
        title=titled(f"the {endpoint.credential} travels over plain HTTP to {host}", 88),
        evidence=(Quote(source="URL", text=endpoint.url),),
        fixes=(
            advise("use https where the service has it", f"https://{re.sub(r':[0-9]+$', '', host)}{path}"),
            advise(f"take a new {endpoint.credential}: this one may have been seen"),
        ),
        reproduce=by_hand(endpoint),
    )


KEYED = {"credential": "key", "variable": "SCORE_KEY"}
CASES = (
    fires(
        live(scored(), url="http://score.example/score", **KEYED), saw="over plain HTTP to score.example", findings=1
    ),
    quiet(live(scored(), **KEYED), name="on this machine"),
    quiet(live(scored(), url=URL)),
    quiet(live(scored(), url="http://score.example/score"), name="no key"),
)
