"""The description names this machine, or an example, as the server.

What it finds
-------------
A `host` or an entry of `servers` that is localhost, a loopback address, 0.0.0.0 or example.com, in a document that is
deployed with the script.

Why it breaks
-------------
Clients that take the address from the document call their own machine, or nobody. Without `host` or `servers` they call
the address from which they got the document, which is right everywhere.

How to fix
----------
Drop it, or write the address of the endpoint.

Learn more
----------
Swagger 2.0, `host`: without it, the host that serves the document. OpenAPI 3, `servers`: without it, `/`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, descriptions, quote
from checks.contract.records import Document
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage

LOCAL = re.compile(
    r"(?i)(?:[a-z]+:)?/{0,2}(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|host\.docker\.internal"
    r"|(?:[\w-]+\.)*example\.(?:com|org|net)|petstore\.swagger\.io|api\.server\.test)(?=[:/?]|\Z)"
)


@check(
    "contract.server-url-local",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
)
def server_url_local(evidence: Evidence) -> Iterator[Finding]:
    """Look at where a document says that its server is; a service on this machine may say so."""
    for document in descriptions(evidence):
        if document.role == "served":
            continue
        named = list(_named(document))
        local = [(pointer, url) for pointer, url in named if LOCAL.match(url)]
        if not local or len(local) < len(named):
            continue  # beside the real one, a local one is for tests
        pointer, url = local[0]
        yield Finding(
            title=f"{document.name} names {url[:50]} as the server",
            evidence=(quote(document, pointer, f"seen {url[:80]}, expected the address of the endpoint, or nothing"),),
            about=about(document),
            fixes=(Fix(title=f"drop {pointer.split('/')[1]}: clients then call the host that serves the document"),),
        )


def _named(document: Document) -> Iterator[tuple[str, str]]:
    host = document.content.get("host")
    if isinstance(host, str):
        yield "/host", host
    servers = document.content.get("servers")
    for number, one in enumerate(servers if isinstance(servers, list) else ()):
        if isinstance(one, dict) and isinstance(one.get("url"), str):
            yield f"/servers/{number}/url", one["url"]


def _three(*urls: str) -> Evidence:
    return documented({"openapi": "3.0.3", "info": {}, "servers": [{"url": one} for one in urls], "paths": {}})


CASES = (
    fires(documented(openapi(host="localhost:5001")), saw="names localhost:5001 as the server"),
    fires(_three("http://127.0.0.1:5001/v1"), saw="127.0.0.1"),
    fires(_three("https://api.example.com"), saw="api.example.com"),
    quiet(_three("https://score.contoso.com", "http://localhost:5001"), name="one for tests beside the real one"),
    quiet(_three("/"), name="relative to where it came from"),
    quiet(documented(openapi(host="localhost-team.contoso.com"))),
    quiet(documented(openapi(host="localhost:5001"), role="served")),
    quiet(documented(openapi())),
)
