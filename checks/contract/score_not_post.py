"""The description's scoring path has no POST.

What it finds
-------------
A document whose path `/score` has operations, and none of them is POST.

Why it breaks
-------------
The server takes a body by POST. PUT, PATCH and DELETE get 405; GET of an undecorated script calls run() with the query,
and of a decorated one looks for its inputs there.

How to fix
----------
Describe POST.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/routes.py`: GET, POST and OPTIONS.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, descriptions, quote
from checks.contract.openapi import operations
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.text import listed


@check(
    "contract.score-not-post",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def score_not_post(evidence: Evidence) -> Iterator[Finding]:
    """Look at the methods of the path."""
    for document in descriptions(evidence):
        there = [one for one in operations(document) if one.full_path.rstrip("/").endswith("/score")]
        if not there or any(one.method == "post" for one in there):
            continue
        methods = listed([one.method.upper() for one in there])
        yield Finding(
            title=f"{document.name} scores with {methods[:30]}, not with POST",
            evidence=(quote(document, there[0].pointer, f"seen {methods}, expected POST"),),
            about=about(document),
            fixes=(Fix(title="describe POST /score"),),
        )


def _with(method: str) -> Evidence:
    return documented(openapi(paths={"/score": {method: openapi()["paths"]["/score"]["post"]}}))


CASES = (
    fires(_with("put"), saw="scores with PUT, not with POST"),
    fires(_with("get"), saw="seen GET, expected POST"),
    quiet(documented(openapi())),
    quiet(documented(openapi(paths={}))),
)
