"""A description of the service is too large, or too deep, to be read as a whole.

What it finds
-------------
A document of more than 32 MB, YAML of more than two million characters, more than 128 levels of nesting, aliases that
grow beyond all measure; and a document whose validation did not end in time.

Why it breaks
-------------
Descriptions have some kilobytes. A larger one is usually another file, or holds data under `example`; clients that
fetch it give up, or run out of memory.

How to fix
----------
Cut the examples down to a row or two, and look whether the file is the one that was meant.

Learn more
----------
OpenAPI specification 3.1, "Document Structure".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, is_alone, judged, problem_quotes
from checks.contract.records import DocumentProblem
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.document-too-large",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def document_too_large(evidence: Evidence) -> Iterator[Finding]:
    """Say what was not looked at."""
    for document in judged(evidence):
        problems = [one for one in document.problems if one.kind in ("large", "deep")]
        if not problems:
            continue
        deep = problems[0].kind == "deep"
        read = bool(document.content)
        yield Finding(
            title=f"{document.name} {_said(deep, read)}",
            why="It was not looked at as a whole, and what it asks of clients is not known." if read else "",
            evidence=problem_quotes(document, problems),
            severity=Severity.INFO if read else Severity.ERROR if is_alone(evidence) else None,
            about=about(document),
            fixes=(
                Fix(title="give deep parts names under `definitions` or `components/schemas`, and refer to them")
                if deep
                else Fix(title="keep one or two rows in each example, or give the file that was meant"),
            ),
        )


def _said(deep: bool, read: bool) -> str:
    if read:
        return "was not looked at as a whole"
    return "nests too deep to be read" if deep else "is too large to be read"


def _case(kind: str, message: str, content: bool = False) -> Evidence:
    problem = DocumentProblem(kind=kind, message=message, line=1, column=127)  # type: ignore[arg-type]
    given = openapi() if content else {}
    return documented(given, form="openapi" if content else "unknown", text="[[", problems=(problem,))


CASES = (
    fires(_case("large", "the file has 200 MB; of a document at most 34 MB are read"), saw="is too large to be read"),
    fires(_case("deep", "the text nests deeper than 128 levels"), saw="nests too deep", line=1),
    fires(_case("large", "not all looked at in 10 s", content=True), saw="was not looked at as a whole"),
    quiet(documented(openapi())),
)
