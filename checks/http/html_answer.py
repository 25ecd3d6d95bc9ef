"""A web page comes where a score should.

What it finds
-------------
A scoring request that is answered 200 with an HTML page, not from the inference server.

Why it breaks
-------------
A login page, a landing page or a captive portal says 200, and the client then fails to parse it as JSON (`Expecting
value: line 1 column 1`). The request never came to the model.

How to fix
----------
See whose page it is. Log in as programs do (a token in the header), correct host and path, or call the service behind
what shows the page.

Learn more
----------
The inference server marks what it answers itself with `x-ms-run-function-failed` and `x-ms-server-version`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.http.reading import told
from checks.http.scenes import HEALTHY, OF_SERVER, live, scored
from checks.http.seen import AFTERMATH, advise, endpoint_of, finding, from_container, of_sample, page_title, word

_LOGIN = re.compile(r"type=[\"']?password|sign.?in|log.?in|single sign|captive", re.IGNORECASE)


@check(
    "http.html-answer",
    needs=("endpoint",),
    stage=Stage.ANSWER,
    confidence=Confidence.CERTAIN,
    explains=(
        *AFTERMATH, "http.key-not-checked", "contract.answer-not-json", "contract.answer-double-encoded",
        "contract.answer-error-text", "contract.answer-row-count", "contract.answer-mismatch",
    ),
)  # fmt: skip
def html_answer(evidence: Evidence) -> Iterator[Finding]:
    """Name the page by its title."""
    endpoint = endpoint_of(evidence)
    calls = told(endpoint, "http.html-answer")
    if not calls:
        return
    first = calls[0]
    title = page_title(first)
    login = _LOGIN.search(first.body[:20_000]) is not None
    page = "a login page" if login else "a web page"
    yield finding(
        endpoint,
        calls,
        f"{first.method} {first.path}{of_sample(first)} is answered by {page}{f': {title}' if title else ''}",
        advise("log in as a program does, with a token in Authorization, or call the service behind the login")
        if login
        else advise("see in the front end whether it shows pages for errors: error_page, proxy_intercept_errors")
        if any(from_container(call) for call in endpoint.of("health"))
        else advise("correct host and path: compare them with the scoring URI that the service tells"),
        advise("see whose page it is", f"curl -sSi {word(endpoint.url)} | head -40"),
    )


PAGE = "<!DOCTYPE html><html><head><title>Sign in to Example</title></head><body><input type=password></body></html>"
CASES = (
    fires(
        live(HEALTHY, scored(200, PAGE, content_type="text/html")), saw="a login page: Sign in to Example", findings=1
    ),
    fires(live(scored(200, "<html><h1>It works!</h1></html>")), saw="a web page: It works"),
    quiet(live(HEALTHY, scored(200, PAGE, headers=OF_SERVER)), name="the script itself answers with a page"),
    quiet(live(HEALTHY, scored(200, '"<html></html>"')), name="a page inside of JSON"),
    quiet(live(HEALTHY, scored(500, PAGE)), name="an error page is told by its status"),
)
