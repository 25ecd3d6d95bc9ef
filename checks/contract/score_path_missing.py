"""The description has no scoring path.

What it finds
-------------
A document in which no operation's path ends in `/score`.

Why it breaks
-------------
The server scores at `/score` alone, whatever the document says: a client that is generated from it calls another path,
and gets 404.

How to fix
----------
Name the path `/score`, with the prefix of the deployment where it has one.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/routes.py`: the routes are `/`, `/score` and `/swagger.json`.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, descriptions, methods_shown, quote
from checks.contract.openapi import operations, scoring
from checks.contract.records import Document
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.score-path-missing",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
)
def score_path_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look at the paths. What a live service says of itself is its own affair, where it is another server."""
    for document in descriptions(evidence):
        foreign = document.role == "served" and not isinstance(evidence.endpoint, Missing)
        if foreign or any(one.full_path.rstrip("/").endswith("/score") for one in operations(document)):
            continue
        other = scoring(document)
        shown = methods_shown(document) if operations(document) else "no operation"
        where = f"; the one that takes a body is POST {other.full_path[:40]}" if other else ""
        yield Finding(
            title=f"{document.name} has no scoring path",
            severity=Severity.INFO if _is_another_server(evidence, document) else None,
            evidence=(quote(document, "/paths", f"it has {shown}{where}; expected POST /score"),),
            about=about(document),
            fixes=(
                Fix(title=f"rename {other.path} to /score")
                if other
                else Fix(title="add POST /score", commands=("doctor swagger score.py",)),
            ),
        )


def _is_another_server(evidence: Evidence, document: Document) -> bool:
    """True where nothing but the document is known, and it scores at a path that no slip of the pen made of /score: a
    container of one's own may score wherever its deployment says.
    """
    posts = [one for one in operations(document) if one.method == "post"]
    slips = (one.full_path.rstrip("/").rpartition("/")[2].lower() for one in posts)
    return bool(posts) and isinstance(evidence.script, Missing) and not any(map(_is_near, slips))


def _is_near(name: str) -> bool:
    return name.startswith("scor") or bool(get_close_matches(name, ("score",), cutoff=0.75))


def _at(path: str) -> Evidence:
    made = openapi()["paths"]
    return documented(openapi(paths={"/": made["/"], path: made["/score"]}))


CASES = (
    fires(_at("/predict"), saw="it has GET / and POST /predict"),
    fires(documented(openapi(paths={})), saw="it has no operation"),
    quiet(documented(openapi())),
    quiet(_at("/api/v1/service/iris/score"), name="behind a prefix"),
    quiet(documented(openapi(basePath="/v1/score", paths={"/": openapi()["paths"]["/score"]})), name="in basePath"),
)
