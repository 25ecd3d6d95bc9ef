"""The description says nothing of the answer.

What it finds
-------------
A scoring operation without a schema of the answer 200, or whose schema is an object of nobody knows what.

Why it breaks
-------------
Nothing fails by it. Clients do not learn what comes back, and an answer that changes its form is noticed by them alone.

How to fix
----------
Decorate run() with a sample of its output, or write the schema into the document.

Learn more
----------
inference-schema, `@output_schema`: it describes, and neither converts nor checks.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.contracts import telling
from checks.contract.describing import about, quote, scored
from checks.contract.records import Schema
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.output-undefined",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def output_undefined(evidence: Evidence) -> Iterator[Finding]:
    """Look at the schema of the answer."""
    for document, operation in scored(evidence):
        lost = any(one.kind in ("reference", "loop") for one in document.problems)
        if telling(operation.answer) is not None or lost:
            continue
        said = "an object without properties" if operation.answer is not None else "no schema of the answer 200"
        where = operation.answer_pointer or operation.pointer
        yield Finding(
            title=f"{document.name} says nothing of what is answered",
            evidence=(quote(document, where, f"seen {said}, expected the form of the answer"),),
            about=about(document),
            fixes=(
                Fix(
                    title="decorate run() with a sample of its output",
                    commands=("@output_schema(NumpyParameterType(np.array([1.0])))",),
                ),
            ),
        )


def _with(schema: Schema) -> Evidence:
    made = openapi()
    made["definitions"]["ServiceOutput"] = schema
    return documented(made)


CASES = (
    fires(_with({"type": "object", "example": {}}), saw="seen an object without properties"),
    fires(documented(openapi(paths={"/score": {"post": {"responses": {}}}})), saw="no schema of the answer 200"),
    quiet(_with({"type": "array"})),
    quiet(documented(openapi())),
)
