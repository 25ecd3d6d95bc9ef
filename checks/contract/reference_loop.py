"""References of a description lead only to themselves.

What it finds
-------------
A ring of `$ref` (also through `allOf`) that ends in nothing else: A stands for B, and B for A. A type that holds
itself, as a tree does, is none: between its rounds stands a property or an item.

Why it breaks
-------------
The ring describes nothing. Generators of clients and validators that follow it run until their stack is full.

How to fix
----------
Put the type itself in the place of one of the references.

Learn more
----------
OpenAPI specification, "Reference Object".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, descriptions, is_alone, problem_quotes
from checks.contract.records import DocumentProblem
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.reference-loop",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def reference_loop(evidence: Evidence) -> Iterator[Finding]:
    """One finding for a document: its rings."""
    for document in descriptions(evidence):
        rings = [one for one in document.problems if one.kind == "loop"]
        if not rings:
            continue
        where = (rings[0].pointer or "").rsplit("/", 1)[-1]
        yield Finding(
            title=f"references of {document.name} lead only to themselves: {where[:40]}",
            evidence=problem_quotes(document, rings),
            severity=Severity.ERROR if is_alone(evidence) else None,
            about=about(document),
            fixes=(Fix(title=f"describe {rings[0].pointer or 'the type'} itself in place of the reference"),),
        )


RING = DocumentProblem(
    kind="loop",
    message="#/definitions/A -> #/definitions/B -> #/definitions/A: these references lead only to themselves",
    pointer="/definitions/A",
)
CASES = (
    fires(documented(openapi(), problems=(RING,)), saw="#/definitions/A -> #/definitions/B"),
    quiet(documented(openapi(definitions={"Tree": {"properties": {"next": {"$ref": "#/definitions/Tree"}}}}))),
)
