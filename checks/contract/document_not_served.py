"""A description lies beside the script under a name that the server does not look for.

What it finds
-------------
openapi.json, swagger.yaml, swagger.yml, openapi.yaml or service_schema.json beside the script, where none of the names
that the server looks for is there.

Why it breaks
-------------
The server loads swagger.json (or swagger2.json), swagger3.json and swagger3.1.json, as JSON, and nothing else. It
describes the service itself instead, and says nothing of the file. service_schema.json was read by images of 2018 only.

How to fix
----------
Name it as the server expects it, as JSON; or leave it, where it is meant for somebody else.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/swagger.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import SERVED, about, quote
from checks.contract.records import Document, Documents
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Severity, Stage

BY_VERSION = {"2": "swagger.json", "3.1": "swagger3.1.json", "3": "swagger3.json"}


@check(
    "contract.document-not-served",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def document_not_served(evidence: Evidence) -> Iterator[Finding]:
    """Tell the name that is there, and the name that counts."""
    beside = () if isinstance(evidence.documents, Missing) else evidence.documents.of("beside")
    if any(one.name in SERVED for one in beside):
        return
    for document in beside:
        if document.form == "unknown":
            continue
        name = next((name for number, name in BY_VERSION.items() if (document.version or "2").startswith(number)), None)
        yield Finding(
            title=f"the server does not serve {document.name}",
            evidence=(quote(document, "", f"expected {name or 'swagger.json'}, as JSON"),),
            about=about(document),
            fixes=(_fix(document, name or "swagger.json"),),
        )


def _fix(document: Document, name: str) -> Fix:
    if document.form == "service-schema":
        return Fix(
            title="describe the input with decorators: images of today do not read this file",
            commands=("from inference_schema.schema_decorators import input_schema",),
        )
    if document.name.endswith(".json"):
        return Fix(
            title=f"rename it to {name}, if it is meant for clients", commands=(f"git mv {document.name} {name}",)
        )
    code = "import sys, json, ruamel.yaml as y; json.dump(y.YAML(typ='safe').load(sys.stdin), sys.stdout, default=str)"
    return Fix(
        title=f"convert it to {name}, if it is meant for clients",
        commands=(f'python -c "{code}" < {document.name} > {name}',),
    )


def _both() -> Evidence:
    made = documented(openapi(), role="beside", source="openapi.json")
    served = documented(openapi(), role="beside").documents
    assert isinstance(made.documents, Documents)
    assert isinstance(served, Documents)
    return made.replace(documents=Documents(items=(*made.documents.items, *served.items)))


CASES = (
    fires(documented(openapi(), role="beside", source="openapi.json"), saw="does not serve openapi.json"),
    fires(documented(openapi(), role="beside", source="swagger.yaml"), saw="expected swagger.json, as JSON"),
    fires(
        documented({"input": {}}, role="beside", source="service_schema.json", form="service-schema"),
        saw="does not serve service_schema.json",
    ),
    quiet(documented(openapi(), role="beside")),
    quiet(documented(openapi(), role="given", source="openapi.json"), name="it was handed over, whatever its name"),
    quiet(_both, name="the one for the server lies there as well"),
)
