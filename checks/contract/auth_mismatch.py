"""The description asks for another key than the endpoint does.

What it finds
-------------
A document without a security scheme where the endpoint asks for a key or token; one whose key travels in another
header, in the query or in a cookie; and a scheme where nobody asks for a key.

Why it breaks
-------------
Endpoints take `Authorization: Bearer <key or token>` and nothing else, for keys and tokens alike. A client that is
generated from the document sends no key, or sends it elsewhere, and gets 401.

How to fix
----------
Describe the scheme of the endpoint. A document that describes a gateway in front of the endpoint may well differ.

Learn more
----------
Azure Machine Learning, "Authenticate clients for online endpoints": `auth_mode` is key, aml_token or aad_token.
"""

from collections.abc import Iterator
from typing import Any

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, is_generated, quote, scored
from checks.contract.openapi import Operation
from checks.contract.records import Deployment, Document, Json
from checks.contract.references import at_pointer, followed
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage

BEARER = '{"Bearer": {"type": "apiKey", "name": "Authorization", "in": "header"}}'


@check(
    "contract.auth-mismatch",
    needs=("documents", "deployment"),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
)
def auth_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Hold the schemes of the scoring operation against `auth_mode`."""
    deployment = evidence.deployment
    if isinstance(deployment, Missing) or deployment.auth_mode is None:
        return
    asked = Quote(source=deployment.source, line=deployment.auth_line, text=f"auth_mode: {deployment.auth_mode}")
    for document, operation in scored(evidence):
        if is_generated(document):
            continue  # the server describes one scheme, whoever stands before it
        found = _compare(document, operation, deployment)
        if found is None:
            continue
        title, place, said, severity, fix = found
        yield Finding(
            title=title,
            evidence=(quote(document, place, said), asked),
            severity=severity,
            about=about(document),
            fixes=(fix,),
        )


def _compare(
    document: Document, operation: Operation, deployment: Deployment
) -> tuple[str, str, str, Severity | None, Fix] | None:
    is_open = deployment.auth_mode == "none"
    two = "swagger" in document.content
    folder = "/securityDefinitions" if two else "/components/securitySchemes"
    describe = Fix(title=f"describe the scheme under {folder[1:]}, and name it under `security`", commands=(BEARER,))
    if not operation.security:
        if is_open:
            return None
        title = f"{document.name} names no key, and the endpoint asks for one"
        return title, operation.pointer, "seen no `security`, expected a scheme", None, describe
    if is_open:
        title = f"{document.name} asks for a key, and the endpoint takes any caller"
        said = f"seen the scheme {operation.security[0][:40]}"
        return title, operation.pointer, said, Severity.INFO, Fix(title="drop `security`, or turn authentication on")
    schemes = [(name, at_pointer(document.content, f"{folder}/{name}")[1]) for name in operation.security]
    if any(_is_bearer(followed(document.content, one)[0]) for _, one in schemes):
        return None
    name, scheme = schemes[0]
    shown = _shown(scheme)
    title = f"{document.name} sends the key as {shown[:40]}, not as Authorization"
    place = f"{folder}/{name}" if isinstance(scheme, dict) else operation.pointer
    return title, place, f"seen {shown}, expected Authorization: Bearer <key>", None, describe


def _is_bearer(scheme: Json) -> bool:
    if not isinstance(scheme, dict):
        return False
    said: dict[str, Any] = scheme
    kind, place = str(said.get("type")), str(said.get("in"))
    if kind == "apiKey":
        return place == "header" and str(said.get("name")).lower() == "authorization"
    return kind in ("oauth2", "openIdConnect") or (kind == "http" and str(said.get("scheme")).lower() == "bearer")


def _shown(scheme: Json) -> str:
    if not isinstance(scheme, dict):
        return "a scheme that is not described"
    if scheme.get("type") == "apiKey":
        return f"{scheme.get('in', 'header')} {scheme.get('name', '')}"
    return f"{scheme.get('scheme', scheme.get('type', 'another scheme'))}"


def _case(auth: str, scheme: dict[str, str] | None, *, generated: bool = False) -> Evidence:
    made = openapi()
    if not generated:
        made["paths"]["/score"]["post"]["operationId"] = "score"
    if scheme:
        made |= {"securityDefinitions": {"Key": scheme}, "security": [{"Key": []}]}
    return documented(made).replace(
        deployment=Deployment(source="endpoint.yml", kind="managed", auth_mode=auth, auth_line=3)
    )


HEADER = {"type": "apiKey", "in": "header", "name": "Authorization"}
CASES = (
    fires(_case("key", None), saw="names no key, and the endpoint asks for one"),
    fires(_case("aml_token", {"type": "apiKey", "in": "header", "name": "x-api-key"}), saw="header x-api-key"),
    fires(_case("key", {"type": "basic"}), saw="sends the key as basic"),
    fires(_case("none", HEADER), saw="takes any caller"),
    quiet(_case("key", HEADER)),
    quiet(_case("aad_token", {"type": "oauth2", "flow": "application", "tokenUrl": "https://x"})),
    quiet(_case("none", None)),
    quiet(_case("none", HEADER, generated=True), name="the server describes the scheme whoever asks"),
)
