"""The service is not available.

What it finds
-------------
503 to every scoring request, not from azureml-fe.

Why it breaks
-------------
Whoever answers knows of the service and has nobody to hand the request to: an ingress without ready pods, a gateway
whose health probe fails, a host that is stopped or still starts.

How to fix
----------
See whether the service behind is up, and whether the probe of what answers asks a path that the service has (`/`).

Learn more
----------
RFC 9110, 503. Application Gateway, ingress-nginx: unhealthy backends.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Finding, Stage
from checks.http.reading import kind_named, told
from checks.http.records import Call, Endpoint
from checks.http.scenes import HEALTHY, OF_SERVER, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, from_container, gateway_of, read_log
from checks.runtime.wording import one_line


@check("http.unavailable", needs=("endpoint",), stage=Stage.ANSWER, explains=AFTERMATH)
def unavailable(evidence: Evidence) -> Iterator[Finding]:
    """Name who said so."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.unavailable")
    if not calls:
        return
    first = calls[0]
    wait = one_line(first.headers.get("retry-after", ""), 20)
    up = read_log(endpoint, "see whether the service behind it is up")
    title, fixes = f"{_who(endpoint, first)} has nobody to answer the request: 503", [up]
    if gateway_of(endpoint, first) and any(from_container(call) for call in endpoint.calls):
        # The server behind it answered a moment ago: a limit of requests says 503 as well.
        title = f"{_who(endpoint, first)} holds some requests back, and lets others through: 503"
        limit = advise("see whether it limits requests", "limit_req zone=<zone> burst=<n> nodelay;")
        fixes = [limit, up]
    yield finding(
        endpoint,
        calls,
        title,
        *fixes,
        advise(f"ask again after {wait} s" if wait.isdigit() else "ask again in a minute: it may still start"),
    )


def _who(endpoint: Endpoint, call: Call) -> str:
    named = kind_named(endpoint) if endpoint.kind not in {"server", "other"} else "what answers"
    return one_line(call.headers.get("server", ""), 40) or named


CASES = (
    fires(
        live(scored(503, "<h1>503 Service Temporarily Unavailable</h1>", headers={"server": "nginx"})),
        saw="nginx has nobody to answer the request: 503",
        findings=1,
    ),
    fires(live(scored(503, ""), url=URL), saw="the front end of the managed endpoint"),
    fires(live(scored(503, ""), kind="container-instance"), saw="container group"),
    fires(
        live(
            Call(purpose="health", method="GET", path="/", status=200, body="Healthy", headers=OF_SERVER),
            scored(503, "<h1>503</h1>", headers={"server": "nginx/1.22.1"}),
        ),
        saw="holds some requests back",
    ),
    quiet(live(scored(503, ""), kind="kubernetes"), name="azureml-fe"),
    quiet(live(HEALTHY, scored())),
)
