"""A description of the service refers to a definition that it does not have.

What it finds
-------------
A `$ref` into the same document whose target is not there: misspelt, renamed, or of the other generation
(`#/definitions/…` in OpenAPI 3, `#/components/schemas/…` in Swagger 2.0).

Why it breaks
-------------
What the reference stands for is not described. Generators of clients and test pages stop at it; validators of payloads
let everything pass, or nothing.

How to fix
----------
Write the name that is there, or add the definition.

Learn more
----------
Swagger 2.0 and OpenAPI specifications, "Reference Object"; RFC 6901, JSON Pointer.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import MOST, about, descriptions, is_alone, quote
from checks.contract.records import Document, DocumentProblem, Json
from checks.contract.references import at_pointer, parts_of, pointer_in
from checks.contract.saying import near
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage


@check(
    "contract.reference-unresolved",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def reference_unresolved(evidence: Evidence) -> Iterator[Finding]:
    """One finding for a document: the references, and names like those that are missing."""
    for document in descriptions(evidence):
        found = [(one, _reference(document, one)) for one in document.problems if one.kind == "reference"]
        inside = [(one, text) for one, text in found if text.startswith("#")]
        if not inside:
            continue
        names = list(dict.fromkeys(text for _, text in inside))
        first = inside[0][1]
        meant = _meant(document, first)
        more = [Quote(source=document.source, text=f"and {len(inside) - MOST} more")] if len(inside) > MOST else []
        count = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield Finding(
            title=f"{document.name} refers to {first[:48]}{count}, which is not there",
            evidence=(*(quote(document, one.pointer or "", one.message) for one, _ in inside[:MOST]), *more),
            severity=Severity.ERROR if is_alone(evidence) else None,
            about=about(document),
            fixes=(
                Fix(title=f"write {meant}")
                if meant
                else Fix(title=f"add the definition {first}, or drop the reference"),
            ),
        )


def _reference(document: Document, problem: DocumentProblem) -> str:
    found, value = at_pointer(document.content, problem.pointer or "")
    return value if found and isinstance(value, str) else ""


def _meant(document: Document, reference: str) -> str | None:
    """The reference that was meant: the same name at the place of the other generation, or one like it."""
    pointer = pointer_in(reference)
    parts = parts_of(pointer) if pointer else []
    if not parts:
        return None
    for folder in ("/definitions", "/components/schemas", "/".join(["", *parts[:-1]])):
        names = _names(document.content, folder)
        name = parts[-1] if parts[-1] in names else near(parts[-1], names)
        if name:
            return f"#{folder}/{re.sub('/', '~1', name)}"
    return None


def _names(content: Json, folder: str) -> list[str]:
    _, value = at_pointer(content, folder)
    return [str(one) for one in value] if isinstance(value, dict) else []


def _case(*references: str) -> Evidence:
    given = openapi()
    given["definitions"]["ServiceOutput"] = {"type": "array", "items": [{"$ref": one} for one in references]}
    problems = tuple(
        DocumentProblem(
            kind="reference", message=f"`{one}` leads nowhere", pointer=f"/definitions/ServiceOutput/items/{n}/$ref"
        )
        for n, one in enumerate(references)
    )
    return documented(given, problems=problems)


CASES = (
    fires(_case("#/definitions/Row"), saw="refers to #/definitions/Row, which is not there"),
    fires(_case("#/definitions/ServiceInptu", "#/x"), saw="ServiceInptu and 1 more"),
    fires(_case(*[f"#/definitions/X{n}" for n in range(8)]), saw="and 3 more"),
    quiet(_case("https://example.org/row.json"), name="it leads out of the document"),
    quiet(documented(openapi())),
)
