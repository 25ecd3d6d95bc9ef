"""A proxy stands between, and does not let the request through.

What it finds
-------------
A request that an HTTP proxy refused, could not pass on, or answered itself (407, its own error page).

Why it breaks
-------------
`HTTP_PROXY` and `HTTPS_PROXY` of the environment send every request to the proxy first. It wants a login, does not know
private names, or may not reach the address; the service never sees the request.

How to fix
----------
Name the host in `NO_PROXY`, so that it is reached directly, or give the proxy what it wants.

Learn more
----------
curl and requests read `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. RFC 9110, 407 Proxy Authentication Required.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_connection
from checks.http.reading import breaks, told
from checks.http.records import Connection
from checks.http.scenes import HEALTHY, URL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, host_of, lesser
from checks.runtime.wording import one_line


@check(
    "http.proxy-in-the-way",
    needs=("endpoint",),
    stage=Stage.REQUEST,
    confidence=Confidence.CERTAIN,
    explains=(*AFTERMATH, "http.name-unknown", "http.name-no-answer", "http.tls-chain-incomplete"),
)
def proxy_in_the_way(evidence: Evidence) -> Iterator[Finding]:
    """At the connection, or in an answer that is the proxy's."""
    endpoint = endpoint_of(evidence)
    made = endpoint.connection
    proxy = made.proxy if made else None
    named = f"the proxy {one_line(proxy, 40)}" if proxy else "a proxy"
    fixes = (
        advise("reach the host without the proxy", f"export NO_PROXY={host_of(endpoint)},$NO_PROXY"),
        advise("see which proxy the environment names", "env | grep -i proxy"),
    )
    if calls := told(endpoint, "http.proxy-in-the-way"):
        wants = calls[0].status == 407
        title = f"{named} wants a login" if wants else f"{named} does not let the request through"
        yield finding(endpoint, calls, title, *fixes, severity=lesser(breaks(endpoint, calls)))
    elif made and proxy and made.problem:
        yield at_connection(endpoint, f"{named} gives no connection to {host_of(endpoint)}", *fixes)


PROXY = "http://proxy.example:3128"
CASES = (
    fires(
        live(connection=Connection(address="10.1.1.1", port=3128, problem="refused", proxy=PROXY)),
        saw="the proxy http://proxy.example:3128 gives no connection",
        findings=1,
    ),
    fires(live(scored(407, "Proxy Authentication Required"), url=URL), saw="wants a login", findings=1),
    fires(
        live(
            scored(None, problem="proxy", words="403 Forbidden from CONNECT"),
            connection=Connection(address="10.1.1.1", port=3128, proxy=PROXY),
        ),
        saw="does not let the request through",
    ),
    quiet(live(HEALTHY, scored(), connection=Connection(address="10.1.1.1", port=3128, proxy=PROXY)), name="it works"),
    quiet(live(connection=Connection(address="10.0.0.4", port=5001, problem="refused")), name="no proxy"),
)
