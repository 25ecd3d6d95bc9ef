"""A description of the service breaks its own specification.

What it finds
-------------
Places of a Swagger 2.0, OpenAPI 3.0 or 3.1 document that the specification does not allow: keys that are missing or
not known, values of another type, keys that stand twice, operation ids that stand twice, parameters of a path that
nobody declares.

Why it breaks
-------------
The server serves the file as it is and never looks into it. Generators of clients, API gateways and test pages do: they
refuse the document, or leave out the part that they do not understand.

How to fix
----------
Change the places that are quoted. What is written under a key beginning with `x-` is left alone by everybody.

Learn more
----------
Swagger 2.0, OpenAPI 3.0.3 and OpenAPI 3.1 specifications; judged by openapi-spec-validator.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, descriptions, is_generated, problem_quotes
from checks.contract.records import Document, DocumentProblem
from checks.contract.references import at_pointer
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.document-invalid",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def document_invalid(evidence: Evidence) -> Iterator[Finding]:
    """One finding for a document."""
    for document in descriptions(evidence):
        problems = [one for one in document.problems if one.kind == "specification" and not _is_derived(document, one)]
        if not problems:
            continue
        count = f"{len(problems)} places" if len(problems) > 1 else "one place"
        version = f" {document.version}" if document.version else ""
        name = "Swagger" if (document.version or "").startswith("2") else "OpenAPI"
        yield Finding(
            title=f"{document.name} is no valid {name}{version[:12]}: {count}",
            evidence=problem_quotes(document, problems),
            about=about(document),
            fixes=(Fix(title=_cure(problems[0])),),
        )


def _is_derived(document: Document, problem: DocumentProblem) -> bool:
    """True for what the server writes of an empty object in a sample: no client minds, and no author can change it."""
    pointer = problem.pointer or ""
    return pointer.endswith("/required") and is_generated(document) and at_pointer(document.content, pointer)[1] == []


def _cure(problem: DocumentProblem) -> str:
    where = f"{problem.pointer}" if problem.pointer else "the top of the document"
    return f"change {where if len(where) < 90 else 'the places'}: {problem.message[:100]}"


def _case(*messages: str) -> Evidence:
    problems = tuple(
        DocumentProblem(kind="specification", message=one, pointer=f"/info/{number}", line=number + 2)
        for number, one in enumerate(messages)
    )
    return documented(openapi(), problems=problems)


EMPTY = openapi(definitions={"ServiceInput": {"type": "object", "required": []}})
CASES = (
    fires(_case("`version` is missing"), saw="no valid Swagger 2.0: one place", line=2),
    fires(_case(*[f"`key{n}` is not known here" for n in range(9)]), saw="and 4 more"),
    quiet(
        documented(
            EMPTY,
            problems=(
                DocumentProblem(
                    kind="specification", message="it is empty", pointer="/definitions/ServiceInput/required"
                ),
            ),
        ),
        name="what the server itself writes of an empty object",
    ),
    quiet(documented(openapi())),
    quiet(documented(openapi(), problems=(DocumentProblem(kind="reference", message="`#/x` leads nowhere"),))),
)
