"""The description says that the request body is no JSON.

What it finds
-------------
A scoring operation that names content types, and none of them is JSON.

Why it breaks
-------------
A decorated run() is called with the values of a JSON object: any other content type is answered with 415 before run()
is reached. An undecorated run() gets the body as UTF-8 text, whatever the type; only a raw one gets bytes.

How to fix
----------
Describe `application/json`, or take the body raw.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/input_parsers.py`: `Expects Content-Type to be application/json`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, quote, scored
from checks.contract.openapi import Operation, is_json
from checks.contract.records import Interface
from checks.contract.scenes import declared, documented, interface, openapi
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.text import listed


@check(
    "contract.body-not-json",
    needs=("documents",),
    stage=Stage.RUN,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def body_not_json(evidence: Evidence) -> Iterator[Finding]:
    """Hold the content types against what run() takes, where that is known."""
    declares = None if isinstance(evidence.probe, Missing) else evidence.probe.interface
    if declares is not None and declares.kind == "rawhttp":
        return
    decorated = declares is not None and declares.kind == "schema"
    for document, operation in scored(evidence):
        if not operation.media or any(is_json(one) for one in operation.media):
            continue
        shown = listed([one[:40] for one in operation.media], 3)
        in_operation = f"{operation.pointer}/consumes"
        pointer = f"{operation.pointer}/requestBody" if "openapi" in document.content else in_operation
        yield Finding(
            title=f"{document.name} describes a body of {shown[:40]}, not of JSON",
            evidence=(quote(document, pointer, f"seen {shown}, expected application/json"),),
            severity=Severity.WARNING if decorated or _is_form(operation) else None,
            about=about(document),
            fixes=(
                Fix(title="describe application/json: the decorators of run() take nothing else")
                if decorated
                else Fix(title="describe application/json, or decorate run() with @rawhttp to get the bytes"),
            ),
        )


def _is_form(operation: Operation) -> bool:
    """True for what browsers send of forms to /score: the server takes none apart, and hands its raw text on."""
    kinds = {one.split(";", 1)[0].strip().lower() for one in operation.media}
    is_score = operation.full_path.rstrip("/").endswith("/score")
    return is_score and kinds <= {"application/x-www-form-urlencoded", "multipart/form-data"}


def _case(*media: str, declares: Interface | None = None) -> Evidence:
    made = documented(openapi(consumes=list(media)))
    return declared(interface=declares).replace(documents=made.documents) if declares else made


CASES = (
    fires(_case("text/csv"), saw="describes a body of text/csv, not of JSON"),
    fires(_case("image/png", declares=interface()), saw="expected application/json"),
    quiet(_case("image/png", declares=Interface(kind="rawhttp", parameters=())), name="run() takes the request raw"),
    quiet(_case("text/csv", "application/vnd.score+json; charset=utf-8")),
    quiet(_case(), name="no type is named"),
)
