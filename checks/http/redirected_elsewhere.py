"""The service sends its clients on to another address.

What it finds
-------------
A scoring request that is answered with a redirection: to a login, to https, to another path or host.

Why it breaks
-------------
After 301, 302 and 303 most clients ask the new address with GET and without the body, so the service sees a request
without a payload (405, 400, or a page). To another host the key is not sent along. A login page means that a proxy for
people stands before a service for programs.

How to fix
----------
Use the address that it leads to, as it stands. A login that programs cannot pass has to be taken off this path, or the
service called behind it.

Learn more
----------
RFC 9110, sections 15.4.2 to 15.4.9: only 307 and 308 keep the method and the body.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.http.reading import breaks, leads_elsewhere, targets, told
from checks.http.records import Call, Endpoint
from checks.http.reproduce import split
from checks.http.scenes import HEALTHY, LOCAL, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, is_page, lesser, of_sample, word
from checks.runtime.wording import one_line

_HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?")
_LOGIN = re.compile(r"log.?in|sign.?in|oauth|saml|sso|authorize|\bauth\b|microsoftonline|accounts\.", re.IGNORECASE)


@check(
    "http.redirected-elsewhere",
    needs=("endpoint",),
    stage=Stage.REQUEST,
    confidence=Confidence.CERTAIN,
    explains=(*AFTERMATH, "http.html-answer", "http.method-not-allowed", "http.wrong-path", "http.key-not-checked"),
)
def redirected_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """Tell where to, and what is lost on the way."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.redirected-elsewhere")
    if not calls:
        return
    first = calls[0]
    last = (targets(endpoint, first) or ("",))[-1]
    works = first.status is not None and 200 <= first.status < 300 and not is_page(first)
    yield finding(
        endpoint,
        calls,
        f"{first.method} {first.path}{of_sample(first)} is redirected to {_where(endpoint, first, last)}",
        *_fixes(endpoint, first, last),
        more=(Quote(source="redirected to", text=one_line(last, 200)),) if last else (),
        severity=lesser(not works and breaks(endpoint, calls)),
    )


def _where(endpoint: Endpoint, call: Call, last: str) -> str:
    scheme, host, path = split(last)
    if not last:
        return "another address"
    if _LOGIN.search(last) or (is_page(call) and _LOGIN.search(call.body[:5000])):
        return f"a login: {one_line(host, 40)}"
    if not _HOST.fullmatch(host):
        return f"what is no address: {one_line(last, 40)}"
    if leads_elsewhere(endpoint, call):
        return f"another host: {one_line(host, 40)}"
    asked = split(endpoint.url)
    if scheme != asked[0]:
        return scheme
    if host != asked[1]:
        return f"another port: {one_line(host, 40)}"
    return f"another path: {one_line(path, 40)}" if path != call.path else "the same path with another query"


def _fixes(endpoint: Endpoint, call: Call, last: str) -> tuple[Fix, ...]:
    if "a login" in _where(endpoint, call, last):
        return (
            advise("take the login off this path, or let programs pass it with a token that it takes"),
            advise("call the service behind it: inside of the cluster, or by its own address"),
        )
    if call.redirects and call.status == 404:
        return (advise("take the redirect away: what it leads to is not there", f"curl -sSi {word(endpoint.url)}"),)
    return (advise("call the address that it leads to", *((word(one_line(last, 300)),) if last else ())),)


LOGIN = "https://login.example.com/oauth2/authorize?client_id=7"
TO_HTTPS = ("https://score.example/score",)
CASES = (
    fires(
        live(scored(200, "<html><title>Sign in</title></html>", redirects=(LOGIN,))),
        saw="redirected to a login: login.example.com",
        findings=1,
    ),
    fires(live(scored(302, "", headers={"location": LOGIN}), url=LOCAL), saw="a login", name="not followed"),
    fires(live(scored(405, "", redirects=TO_HTTPS), url="http://score.example/score"), saw="is redirected to https"),
    fires(live(scored(404, "", redirects=("/score/",))), saw="another path: /score/"),
    fires(live(scored(308, "", headers={"location": "https://b.example/score"})), saw="another host: b.example"),
    quiet(live(HEALTHY, scored())),
    quiet(
        live(Call(purpose="health", method="GET", path="/", status=200, redirects=TO_HTTPS), scored()),
        name="only the health page moved",
    ),
)
