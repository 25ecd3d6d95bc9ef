"""The service redirects in a circle.

What it finds
-------------
Redirections without end: back to the same address, or more of them than a client follows.

Why it breaks
-------------
Two rules contradict each other: one sends http to https, another back, or one adds a slash that the other takes away.
Clients say `Too many redirects` and have no answer.

How to fix
----------
Follow the addresses below, and take out the rule that leads back. Behind a front end that ends TLS, the server must not
redirect to https itself.

Learn more
----------
RFC 9110, section 15.4. ingress-nginx: `ssl-redirect`, `force-ssl-redirect`, `use-forwarded-headers`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.http.reading import breaks, told
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, lesser, word
from checks.runtime.wording import one_line


@check(
    "http.redirect-loop",
    needs=("endpoint",),
    stage=Stage.REQUEST,
    confidence=Confidence.CERTAIN,
    explains=(*AFTERMATH, "http.redirected-elsewhere"),
)
def redirect_loop(evidence: Evidence) -> Iterator[Finding]:
    """Show the way that the request was sent."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.redirect-loop")
    if not calls:
        return
    first = calls[0]
    seen = list(dict.fromkeys(first.redirects))
    circle = len(seen) < len(first.redirects)
    way = " → ".join(one_line(one, 60) for one in seen[:4])
    yield finding(
        endpoint,
        calls,
        f"{first.method} {first.path} is redirected {'in a circle' if circle else 'without end'}",
        advise("follow the redirections, and take out the one that leads back", f"curl -sSIL {word(endpoint.url)}"),
        advise("behind a front end that ends TLS, switch the server's own redirect to https off"),
        more=(Quote(source="redirected to", text=way),) if way else (),
        severity=lesser(breaks(endpoint, calls)),
    )


ROUND = ("http://127.0.0.1:5001/a", "http://127.0.0.1:5001/b", "http://127.0.0.1:5001/a")
CASES = (
    fires(live(scored(None, problem="redirects", redirects=ROUND)), saw="in a circle", findings=1),
    fires(live(scored(302, problem="redirects", words="Exceeded maximum allowed redirects.")), saw="without end"),
    quiet(live(HEALTHY, scored())),
)
