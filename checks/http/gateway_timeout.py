"""A gateway gave up waiting for the server behind it.

What it finds
-------------
504 of nginx, an ingress or another gateway.

Why it breaks
-------------
The gateway has a limit of its own, and run() took longer: 1000 s for nginx in an Azure ML image, 60 s for most
ingresses, 240 s for a public load balancer. The server behind may still be at work.

How to fix
----------
Make run() quicker, or raise the limit of the gateway that answered.

Learn more
----------
nginx: `proxy_read_timeout`. ingress-nginx: `nginx.ingress.kubernetes.io/proxy-read-timeout`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, read_log
from checks.runtime.wording import one_line, seconds_of


@check(
    "http.gateway-timeout", needs=("endpoint",), stage=Stage.ANSWER, confidence=Confidence.CERTAIN, explains=AFTERMATH
)
def gateway_timeout(evidence: Evidence) -> Iterator[Finding]:
    """Name the gateway, where it says who it is."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.gateway-timeout")
    if not calls:
        return
    first = calls[0]
    who = one_line(first.headers.get("server", ""), 40) or "the gateway"
    after = f" after {seconds_of(first.seconds)}" if first.seconds >= 1 else ""
    yield finding(
        endpoint,
        calls,
        f"{who} gives up waiting for the server behind it{after}: 504",
        read_log(endpoint, "see in the log what run() was doing, or whether the server is stuck"),
        advise("raise the limit of the gateway", "proxy_read_timeout <seconds>s;"),
    )


PAGE = "<html><head><title>504 Gateway Time-out</title></head></html>"
CASES = (
    fires(
        live(HEALTHY, scored(504, PAGE, headers={"server": "nginx/1.18.0"}, seconds=60.0)),
        saw="nginx/1.18.0 gives up waiting for the server behind it after 60 s",
        findings=1,
    ),
    quiet(live(scored(504, ""), kind="kubernetes"), name="azureml-fe has a limit for scoring"),
    quiet(live(HEALTHY, scored())),
)
