"""A template's placeholder was left in the description.

What it finds
-------------
`$SERVICE_NAME$`, `$PATH_PREFIX$`, `{{host}}`, `${HOST}`, `<your-service>`, TODO or CHANGE_ME in title, version, host,
base path, servers or paths.

Why it breaks
-------------
The server fills in its own templates and never a file of yours: clients call a host or path that is not there, and see
the placeholder as the name of the service.

How to fix
----------
Write the value.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/swagger.py`: `$SERVICE_NAME$` and its like are replaced in the templates of
the server alone.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, descriptions, problem_quotes
from checks.contract.places import Places, pointer_of
from checks.contract.records import Document, DocumentProblem, Json
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Severity, Stage

PLACEHOLDER = re.compile(
    r"\$[A-Z][A-Z0-9_]{2,}\$|\$\{[^{}\n]{1,40}\}|\$\([A-Za-z_]\w{1,40}\)|\{\{[^{}\n]{1,60}\}\}|<[A-Za-z][\w .-]{1,40}>"
    r"|__[A-Z][A-Z_]{2,40}__|\b(?:TODO|FIXME|TBD|CHANGE[_-]?ME|REPLACE[_-]?ME)\b|\bYOUR[_-][\w-]{2,40}|\byour-[\w-]{2,40}"
)


@check(
    "contract.placeholder-left",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
)
def placeholder_left(evidence: Evidence) -> Iterator[Finding]:
    """Look at what names the service and leads to it."""
    for document in descriptions(evidence):
        places = Places(document.text)
        found: list[tuple[str, DocumentProblem]] = []
        for pointer, text in _texts(document):
            if seen := PLACEHOLDER.search(text):
                place = places.of(pointer)
                line = document.lines.get(pointer) or (place.line if place else None)
                message = f"seen {text[:80]}"
                found.append((seen[0], DocumentProblem(kind="syntax", message=message, pointer=pointer, line=line)))
        if not found:
            continue
        name = found[0][0]
        yield Finding(
            title=f"{document.name} still has the placeholder {name[:40]}",
            evidence=problem_quotes(document, [one for _, one in found]),
            about=about(document),
            fixes=(
                Fix(
                    title=f"write <value> in place of {name} at {found[0][1].pointer}",
                    safety=Safety.PLACEHOLDER,
                ),
            ),
        )


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    content = document.content
    info = content.get("info")
    for key in ("title", "version"):
        yield from _text(f"/info/{key}", info.get(key) if isinstance(info, dict) else None)
    for key in ("host", "basePath"):
        yield from _text(f"/{key}", content.get(key))
    servers = content.get("servers")
    for number, one in enumerate(servers if isinstance(servers, list) else ()):
        if isinstance(one, dict):
            yield from _text(f"/servers/{number}/url", one.get("url"))
    paths = content.get("paths")
    for path in paths if isinstance(paths, dict) else ():
        yield from _text(pointer_of("paths", str(path)), path)


def _text(pointer: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value


def _three(url: str) -> Evidence:
    return documented({"openapi": "3.0.3", "info": {"title": "score"}, "servers": [{"url": url}], "paths": {}})


SCORE = openapi()["paths"]["/score"]
CASES = (
    fires(documented(openapi(info={"title": "$SERVICE_NAME$", "version": "1"})), saw="placeholder $SERVICE_NAME$"),
    fires(documented(openapi(paths={"$PATH_PREFIX$/score": SCORE})), saw="$PATH_PREFIX$"),
    fires(documented(openapi(host="<your-endpoint>.westeurope.inference.ml.azure.com")), saw="<your-endpoint>"),
    fires(_three("https://{{host}}/score"), saw="{{host}}"),
    fires(documented(openapi(info={"title": "TODO", "version": "1"})), saw="placeholder TODO"),
    quiet(_three("https://{region}.score.contoso.com")),
    quiet(documented(openapi(info={"title": "What's on your to-do list", "version": "1"}))),
    quiet(documented(openapi())),
)
