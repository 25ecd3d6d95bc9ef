"""The description says nothing of the request body.

What it finds
-------------
A scoring operation without a schema of its body, or whose schema is an object of nobody knows what.

Why it breaks
-------------
Nothing fails by it, and nothing can be checked by it: clients do not learn which keys to send, test pages offer `{}`,
and generated clients take anything. The server describes an undecorated run() in this way, because it knows no more.

How to fix
----------
Decorate run() with a sample of the input, and the server describes it; or write the schema into the document.

Learn more
----------
inference-schema, `@input_schema`; azureml-inference-server-http 1.5.1, `server/swagger.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.contracts import telling
from checks.contract.describing import about, is_generated, quote, scored
from checks.contract.openapi import is_json
from checks.contract.records import DocumentProblem, Schema
from checks.contract.references import followed
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.input-undefined",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def input_undefined(evidence: Evidence) -> Iterator[Finding]:
    """Look at the schema of the body, where the body is JSON and its reference leads somewhere."""
    for document, operation in scored(evidence):
        other = operation.media and not any(is_json(one) for one in operation.media)
        lost = any(one.kind in ("reference", "loop") for one in document.problems)
        if telling(operation.body) is not None or other or lost or operation.method != "post":
            continue
        if any(_hides_body(one, operation.pointer) for one in document.problems):
            continue
        where = operation.body_pointer or operation.pointer
        said = "an object without properties" if operation.body is not None else "no schema of a body"
        _, place = followed(document.content, None, where)
        yield Finding(
            title=f"{document.name} says nothing of what to send",
            evidence=(quote(document, place, f"seen {said}, expected the keys and types of the body"),),
            severity=Severity.INFO if is_generated(document) else None,
            about=about(document),
            fixes=(
                Fix(
                    title="decorate run() with a sample of its input, and let the server describe it",
                    commands=('@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))',),
                ),
            ),
        )


def _hides_body(problem: DocumentProblem, pointer: str) -> bool:
    """True for a fault by which a body that is described is not seen: `in: body` in 3.0, `requestBody` in 2.0."""
    if problem.kind != "specification" or problem.pointer is None:
        return False
    below = problem.pointer.removeprefix(pointer)
    return below.startswith(("/parameters", "/requestBody")) or (not below and "`requestBody`" in problem.message)


def _with(schema: Schema | None) -> Evidence:
    made = openapi()
    score = made["paths"]["/score"]["post"]
    score["operationId"] = "score"
    if schema is None:
        score["parameters"] = []
    made["definitions"]["ServiceInput"] = schema or {}
    return documented(made)


def _no_body() -> Schema:
    made = openapi()
    made["paths"]["/score"]["post"]["parameters"] = []
    return made


IN_BODY = DocumentProblem(
    kind="specification", message='seen text "body", expected path', pointer="/paths/~1score/post/parameters/0/in"
)
CASES = (
    fires(_with({"type": "object"}), saw="seen an object without properties"),
    fires(_with({}), saw="says nothing of what to send"),
    fires(_with({"type": "object", "example": {}}), findings=1),
    quiet(
        documented(_no_body(), problems=(IN_BODY,)),
        name="it is described where its version does not look",
    ),
    quiet(_with({"type": "array", "items": {}}), name="at least it is a list"),
    quiet(_with({"type": "object", "additionalProperties": {"type": "number"}})),
    quiet(_with({"allOf": [{"required": ["data"]}]})),
    quiet(documented(openapi())),
)
