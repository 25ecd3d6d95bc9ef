"""A description of the service refers to another file.

What it finds
-------------
A `$ref` to another file or URL. It is told, and never followed.

Why it breaks
-------------
The server serves one document alone, under /swagger.json: `common.json#/Row` beside it answers 404. A URL is fetched by
every client that reads the document, where it can be reached at all.

How to fix
----------
Bundle the definitions into the one file.

Learn more
----------
OpenAPI specification, "Reference Object"; azureml-inference-server-http 1.5.1, `server/routes.py`: no other path.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import MOST, about, descriptions, quote
from checks.contract.records import Document, DocumentProblem
from checks.contract.references import at_pointer
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage


@check(
    "contract.reference-external",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def reference_external(evidence: Evidence) -> Iterator[Finding]:
    """One finding for a document: the files and URLs."""
    for document in descriptions(evidence):
        found = [(one, _reference(document, one)) for one in document.problems if one.kind == "reference"]
        outside = [(one, text) for one, text in found if text and not text.startswith("#")]
        if not outside:
            continue
        is_url = all(re.match(r"(?i)https?://", text) for _, text in outside)
        more = [Quote(source=document.source, text=f"and {len(outside) - MOST} more")] if len(outside) > MOST else []
        yield Finding(
            title=f"{document.name} refers to {outside[0][1][:48]}, outside of it",
            evidence=(*(quote(document, one.pointer or "", one.message) for one, _ in outside[:MOST]), *more),
            severity=Severity.INFO if is_url else None,
            about=about(document),
            fixes=(
                Fix(title=f"write #{outside[0][1]}")
                if at_pointer(document.content, outside[0][1])[0]
                else Fix(
                    title="bundle the definitions into the one file",
                    commands=(f"npx @redocly/cli bundle {document.name} -o {document.name}",),
                ),
            ),
        )


def _reference(document: Document, problem: DocumentProblem) -> str:
    found, value = at_pointer(document.content, problem.pointer or "")
    return value if found and isinstance(value, str) else ""


def _case(reference: str) -> Evidence:
    given = openapi()
    given["definitions"]["ServiceOutput"] = {"$ref": reference}
    problem = DocumentProblem(
        kind="reference", message=f"`{reference}` leads out of it", pointer="/definitions/ServiceOutput/$ref"
    )
    return documented(given, problems=(problem,))


CASES = (
    fires(_case("common.json#/Row"), saw="refers to common.json#/Row"),
    fires(_case("https://example.org/row.json"), saw="https://example.org/row.json"),
    fires(_case("/definitions/ServiceInput"), saw="refers to /definitions/ServiceInput", name="the `#` was forgotten"),
    quiet(_case("#/definitions/Row"), name="it is missing in the document itself"),
    quiet(documented(openapi())),
)
