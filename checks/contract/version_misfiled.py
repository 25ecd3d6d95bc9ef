"""A description lies under the name of another version.

What it finds
-------------
A swagger.json or swagger2.json that is no version 2, a swagger3.json that is no 3.0, a swagger3.1.json that is no 3.1.

Why it breaks
-------------
The server tells versions by the file name alone: `GET /swagger.json?version=2`, which is also the default, answers what
lies in swagger.json. A client that asked for version 2 and gets 3 does not find its definitions.

How to fix
----------
Rename the file. The versions that no file gives, the server makes itself.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/swagger.py`: `swagger.json` counts as version 2.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, descriptions, is_loaded, quote
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage

EXPECTED = {"swagger.json": "2", "swagger2.json": "2", "swagger3.json": "3.0", "swagger3.1.json": "3.1"}
RIGHT = {"2": "swagger.json", "3.0": "swagger3.json", "3.1": "swagger3.1.json"}


@check(
    "contract.version-misfiled",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def version_misfiled(evidence: Evidence) -> Iterator[Finding]:
    """Hold what the file says against its name."""
    for document in descriptions(evidence):
        if not is_loaded(document) or document.version is None:
            continue
        expected = EXPECTED[document.name]
        if document.version == expected or document.version.startswith(f"{expected}."):
            continue
        key = "swagger" if "swagger" in document.content else "openapi"
        right = next((name for number, name in RIGHT.items() if document.version.startswith(number)), None)
        yield Finding(
            title=f"{document.name} says that it is version {document.version[:12]}",
            evidence=(
                quote(document, f"/{key}", f"seen {document.version[:12]}, expected {expected}"),
                quote(document, "", f"served as GET /swagger.json?version={expected.removesuffix('.0')}"),
            ),
            about=about(document),
            fixes=(
                Fix(title=f"rename it to {right}", commands=(f"git mv {document.name} {right}",))
                if right
                else Fix(title="remove the file: the server then describes the service itself"),
            ),
        )


def _case(name: str, **version: str) -> Evidence:
    made = {key: value for key, value in openapi().items() if key != "swagger"}
    return documented({**version, **made}, role="beside", source=name)


CASES = (
    fires(_case("swagger3.json", swagger="2.0"), saw="swagger3.json says that it is version 2.0", line=2),
    fires(_case("swagger.json", openapi="3.0.3"), saw="seen 3.0.3, expected 2"),
    fires(_case("swagger3.1.json", openapi="3.0.1"), saw="expected 3.1"),
    quiet(_case("swagger.json", swagger="2.0")),
    quiet(_case("swagger3.json", openapi="3.0.3")),
    quiet(_case("openapi.json", openapi="3.1.0"), name="no name that the server knows"),
)
