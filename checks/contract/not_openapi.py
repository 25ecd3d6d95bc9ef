"""A file that is to describe the service does not.

What it finds
-------------
A file of the name under which the server serves a description, or one that was given as such, which is sound JSON or
YAML and no Swagger or OpenAPI document: it says neither `swagger` nor `openapi`, and has no `paths`.

Why it breaks
-------------
The server serves it as it is under /swagger.json, in place of the description that it makes itself. Who reads that
finds no operation and no schema.

How to fix
----------
Remove the file, or put the description there.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/swagger.py`: the content of the file is not looked at.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, is_alone, is_loaded, judged, quote
from checks.contract.records import Json
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.text import listed


@check(
    "contract.not-openapi",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def not_openapi(evidence: Evidence) -> Iterator[Finding]:
    """Tell the keys that are there."""
    for document in judged(evidence):
        unread = any(one.kind in ("syntax", "large", "deep") for one in document.problems)
        if document.form != "unknown" or unread or (is_loaded(document) and not document.content):
            continue  # of an empty object the server takes no notice
        keys = [f"`{one[:30]}`" for one in document.content]
        said = f"its keys are {listed(keys)}" if keys else "it holds no object with keys"
        yield Finding(
            title=f"{document.name} is no Swagger or OpenAPI document",
            evidence=(quote(document, "", f"{said}; expected `swagger` or `openapi`, `info` and `paths`"),),
            severity=Severity.ERROR if is_alone(evidence) else None,
            about=about(document),
            fixes=(
                Fix(title="remove the file: the server then describes the service itself")
                if is_loaded(document)
                else Fix(title="give the description", commands=("doctor swagger score.py",)),
            ),
        )


def _case(content: dict[str, Json], role: str) -> Evidence:
    return documented(content, form="unknown", role=role)


CASES = (
    fires(_case({"data": [[1]]}, "beside"), saw="its keys are `data`"),
    fires(_case({}, "given"), saw="no object with keys"),
    quiet(_case({}, "beside"), name="the server takes no notice of an empty object"),
    quiet(documented(openapi())),
    quiet(documented({"input": {}}, form="service-schema"), name="the form of 2018"),
)
