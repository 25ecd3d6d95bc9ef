"""The port speaks the other scheme: plain HTTP where https was asked, or the reverse.

What it finds
-------------
An https URL whose port answers in plain HTTP, or an http URL whose port wants TLS.

Why it breaks
-------------
Client and server do not understand each other's first bytes: `wrong version number` in the one case, a closed
connection or 400 `The plain HTTP request was sent to HTTPS port` in the other. The inference server itself speaks plain
HTTP only; TLS ends in a front end before it.

How to fix
----------
Correct the scheme in the URL, or the port. A key should not travel over plain HTTP but on this machine.

Learn more
----------
Azure ML inference server: `http://127.0.0.1:5001/score`. nginx, module ssl: status 497.
"""

from collections.abc import Iterator

import msgspec

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reaching import at_handshake, shaken, tls_problem
from checks.http.reading import TO_TLS_PORT, told
from checks.http.records import Call
from checks.http.reproduce import split
from checks.http.scenes import HEALTHY, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, port_of, word


@check(
    "http.scheme-mismatch",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=(*AFTERMATH, "http.tls-refused"),
)
def scheme_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """By the handshake, by the server's own words, or because only the other scheme gets an answer."""
    endpoint = endpoint_of(evidence)
    scheme, host, path = split(endpoint.url)
    other = "http" if scheme == "https" else "https"
    fix = advise(f"ask with {other}", f"curl -i {word(f'{other}://{host}{path}')}")
    if tls := tls_problem(endpoint, "not-tls"):
        if any(call.problem == "not-http" for call in endpoint.of("plain")):
            port = advise("use the port on which the service answers", f"curl -v telnet://{split(endpoint.url)[1]}")
            yield at_handshake(endpoint, tls, f"port {port_of(endpoint)} speaks neither TLS nor HTTP", port)
            return
        title = f"port {port_of(endpoint)} speaks plain HTTP, and the URL says https"
        port = advise("use the port on which TLS ends, 443 for a front end")
        yield at_handshake(endpoint, tls, title, fix, port)
    elif calls := told(endpoint, "http.scheme-mismatch"):
        speaks, says = ("TLS", "http") if scheme == "http" else ("plain HTTP", "https")
        sure = any(TO_TLS_PORT.search(call.body) for call in calls)
        made = finding(endpoint, calls, f"port {port_of(endpoint)} speaks {speaks}, and the URL says {says}", fix)
        yield msgspec.structs.replace(made, confidence=Confidence.CERTAIN if sure else Confidence.LIKELY)


SAYS = "<html><center>The plain HTTP request was sent to HTTPS port</center></html>"
OTHER = Call(purpose="plain", method="GET", path="/", status=200, body="Healthy")
CASES = (
    fires(shaken("not-tls", "https://127.0.0.1:5001/score"), saw="port 5001 speaks plain HTTP", findings=1),
    fires(live(scored(400, SAYS), url="http://score.example:443/score"), saw="port 443 speaks TLS", findings=1),
    fires(
        live(scored(None, problem="closed"), OTHER, url="http://score.example:443/score"),
        saw="the URL says http",
        name="only the other scheme is answered",
    ),
    quiet(live(HEALTHY, scored(), OTHER)),
    quiet(live(HEALTHY, scored(None, problem="closed"), OTHER), name="health answers in this scheme"),
    quiet(shaken(None)),
)
