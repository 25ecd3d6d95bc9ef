"""A description of the service is broken: no JSON, no YAML, no UTF-8.

What it finds
-------------
The place at which a swagger or OpenAPI file stops being JSON or YAML; bytes that are no UTF-8; a byte order mark.

Why it breaks
-------------
The server loads swagger.json, swagger2.json, swagger3.json and swagger3.1.json from the code folder when it starts, and
reads plain UTF-8 JSON alone. A file of such a name that is anything else stops it: the worker fails to boot, and the
container exits with code 3. Other readers of a broken document get nothing from it.

How to fix
----------
Repair the place that is quoted, or remove the file: the server then makes its own.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/swagger.py`: `json.load` of a file opened as UTF-8.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, is_loaded, judged, problem_quotes
from checks.contract.records import Document, DocumentProblem
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.document-unreadable",
    needs=("documents",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("logs.swagger-file-broken", "logs.worker-failed-to-boot"),
)
def document_unreadable(evidence: Evidence) -> Iterator[Finding]:
    """Tell the first place."""
    for document in judged(evidence):
        problems = [one for one in document.problems if one.kind == "syntax"]
        if not problems:
            continue
        stops = is_loaded(document)
        yield Finding(
            title=f"{document.name} {_kind(document, problems[0])}",
            why=WHY_STOPS if stops else WHY_UNREAD,
            evidence=problem_quotes(document, problems),
            severity=Severity.WARNING if document.role == "beside" and not stops else Severity.ERROR,
            stage=Stage.LOAD if stops else Stage.ANSWER,
            about=about(document),
            fixes=(_fix(document, problems[0], stops),),
            confirm=f"python -m json.tool {document.name}" if document.name.endswith(".json") else None,
        )


WHY_STOPS = (
    "The server loads this file when it starts, as plain UTF-8 JSON, and nothing catches the error: the worker fails to"
    " boot, and the container exits with code 3."
)
WHY_UNREAD = "Nobody can read the document: clients, generators and test pages get an error in place of a description."


def _kind(document: Document, problem: DocumentProblem) -> str:
    if "UTF" in problem.message:
        return "is not plain UTF-8"
    if "holds YAML" in problem.message:
        return "holds YAML where JSON is expected"
    if problem.message == "the file is empty":
        return "is empty"
    where = f" from line {problem.line} on" if problem.line else ""
    return f"is no {'JSON' if document.name.endswith('.json') or document.role == 'served' else 'YAML'}{where}"


def _fix(document: Document, problem: DocumentProblem, stops: bool) -> Fix:
    title = "repair the place"
    commands: tuple[str, ...] = ()
    if "UTF" in problem.message:
        title = "save the file as UTF-8 without a byte order mark"
    elif "holds YAML" in problem.message:
        title = "convert it to JSON"
    elif problem.line:
        title = f"repair line {problem.line}"
    if stops:
        title += ", or remove the file: the server then describes the service itself"
        commands = (f"git rm {document.name}",)
    return Fix(title=title, commands=commands)


def _broken(message: str, role: str = "beside", line: int | None = 3, source: str = "swagger.json") -> Evidence:
    problem = DocumentProblem(kind="syntax", message=message, line=line, column=10, pointer="/info")
    return documented({}, role=role, source=source, form="unknown", text='{"info": {', problems=(problem,))


CASES = (
    fires(_broken("a comma stands before `}`"), saw="swagger.json is no JSON from line 3 on", line=3),
    fires(_broken("a tab indents the line", source="openapi.yaml"), saw="openapi.yaml is no YAML"),
    fires(_broken("the file is UTF-8 with a byte order mark; plain UTF-8 is expected"), saw="is not plain UTF-8"),
    fires(_broken("the file holds YAML; its name says JSON"), saw="holds YAML where JSON is expected"),
    fires(_broken("the file is empty", role="given"), saw="swagger.json is empty"),
    quiet(documented(openapi(), role="beside")),
    quiet(_broken("a comma stands before `}`", role="old"), name="an old document is nobody's any more"),
)
