"""What the checks of documents share: which documents are judged, and quotes of their places."""

from collections.abc import Iterator

from checks.contract.contracts import current
from checks.contract.openapi import Operation, operations, scoring
from checks.contract.places import Places
from checks.contract.records import Document, DocumentProblem
from checks.evidence import Evidence
from checks.finding import Quote
from checks.text import listed

SERVED = ("swagger.json", "swagger2.json", "swagger3.json", "swagger3.1.json")
"""What the server looks for beside the script. Source: azureml-inference-server-http 1.5.1, `server/swagger.py`."""
MOST = 5  # places that one finding quotes


def judged(evidence: Evidence) -> tuple[Document, ...]:
    """The documents that describe this service now."""
    return current(evidence)


def descriptions(evidence: Evidence) -> Iterator[Document]:
    """Those that are OpenAPI and could be read."""
    return (one for one in judged(evidence) if one.form == "openapi" and one.content)


def scored(evidence: Evidence) -> Iterator[tuple[Document, Operation]]:
    """Those that have an operation which scores, and that operation."""
    for document in descriptions(evidence):
        found = scoring(document)
        if found is not None:
            yield document, found


def is_loaded(document: Document) -> bool:
    """True for a file that the server loads when it starts, by its place and name."""
    return document.role == "beside" and document.name in SERVED


def is_alone(evidence: Evidence) -> bool:
    """True where a document is what is examined: without a script or a service it is all that clients have, and what
    they cannot read of it fails.
    """
    return evidence.target.kind == "document"


def is_generated(document: Document) -> bool:
    """True for what the server makes itself, and files that were made of it: its operations have names of their own."""
    text = str(document.content.get("paths", ""))
    return "RunMLService" in text and "ServiceHealthCheck" in text


def quote(document: Document, pointer: str, said: str) -> Quote:
    """A place of a document and what is to be said of it, with its line where that is known."""
    line = document.lines.get(pointer)
    if line is None and document.text and not document.lines:
        place = Places(document.text).of(pointer)
        line = place.line if place else None
    shown = f"{_cut(pointer, 120)}: {said}" if pointer else said
    return Quote(source=document.source, line=line, text=shown)


def problem_quotes(document: Document, problems: list[DocumentProblem]) -> tuple[Quote, ...]:
    """The first problems of a document, and how many more there are."""
    made = [
        Quote(
            source=document.source,
            line=one.line,
            text=(f"{_cut(one.pointer, 120)}: " if one.pointer else "") + one.message + _column(one),
        )
        for one in problems[:MOST]
    ]
    if len(problems) > MOST:
        made.append(Quote(source=document.source, text=f"and {len(problems) - MOST} more"))
    return tuple(made)


def about(document: Document) -> tuple[str, ...]:
    """The subject of findings that speak of a document."""
    return (f"document:{document.name}",)


def methods_shown(document: Document) -> str:
    """The operations of a document as a person names them: `GET / and POST /score`."""
    return listed([f"{one.method.upper()} {one.full_path}" for one in operations(document)], 4)


def _column(problem: DocumentProblem) -> str:
    """The column where a text breaks off, as editors count it; elsewhere the pointer says more."""
    if problem.kind not in ("syntax", "deep") or problem.column is None:
        return ""
    return f" (column {problem.column + 1})"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
