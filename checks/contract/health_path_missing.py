"""The description has no health path.

What it finds
-------------
A document without `GET /`.

Why it breaks
-------------
Nothing fails by it: the server answers `GET /` all the same, and that is what platforms probe. Gateways that take their
routes from the document do not let the probe through, and their health checks fail.

How to fix
----------
Add `GET /`.

Learn more
----------
azureml-inference-server-http 1.5.1, `server/routes.py`: `GET /` answers 200 `Healthy`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import about, methods_shown, quote, scored
from checks.contract.openapi import operations
from checks.contract.scenes import documented, openapi
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "contract.health-path-missing",
    needs=("documents",),
    stage=Stage.ANSWER,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def health_path_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look for a GET beside the scoring path."""
    for document, scoring in scored(evidence):
        base = scoring.full_path.rstrip("/").rsplit("/", 1)[0]
        asked = {one.full_path.rstrip("/") for one in operations(document) if one.method == "get"}
        if base in asked or any(one.rsplit("/", 1)[-1] in HEALTH for one in asked):
            continue
        yield Finding(
            title=f"{document.name} has no health path",
            evidence=(quote(document, "/paths", f"it has {methods_shown(document)}; expected GET {base or ''}/ too"),),
            about=about(document),
            fixes=(Fix(title=f"add GET {base or ''}/ with the answer 200"),),
        )


HEALTH = frozenset({"health", "healthz", "ping", "ready", "readyz", "live", "livez", "liveness", "readiness"})
ALONE = openapi(paths={"/score": openapi()["paths"]["/score"]})
PREFIXED = openapi(basePath="/api/v1/service/x")
CASES = (
    fires(documented(ALONE), saw="it has POST /score; expected GET / too"),
    quiet(documented(openapi())),
    quiet(documented(PREFIXED), name="both behind a prefix"),
    quiet(documented(openapi(paths={"/ping": {"get": {}}, **ALONE["paths"]})), name="a health path of another name"),
)
