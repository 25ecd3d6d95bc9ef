"""The path of an ingress leads to a route that the server does not have.

What it finds
-------------
An ingress before `azmlinfsrv` whose path is passed on as it is although the server has no such route, one that takes
only the root (`Exact`), and a rewrite that turns every path into one.

Why it breaks
-------------
An ingress passes the whole path on unless it is told to rewrite it. The server has `GET /`, `POST /score` and
`GET /swagger.json` and nothing else: `/churn/score` is answered with 404, and a POST to `/` with 405.

How to fix
----------
Take a path that the server has, or rewrite with the part behind the prefix.

Learn more
----------
Documentation of ingress-nginx, "Rewrite". Source: azureml-inference-server-http 1.5.1, routes.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.traffic import Ingress, IngressRule
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.listening import is_azure_server
from checks.kubernetes.routing import at
from checks.kubernetes.scenes import Made, deployment, scene, service, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import ingresses_of, selecting
from checks.runtime.wording import titled

_REWRITES = ("rewrite", "path-prefix", "middlewares", "use-regex", "strip", "server-snippet", "configuration-snippet")


@check("kubernetes.ingress-path-lost", needs=("workload",), stage=Stage.ANSWER, severity=Severity.WARNING)
def ingress_path_lost(evidence: Evidence) -> Iterator[Finding]:
    """Only before the server whose routes are known."""
    workload = workload_of(evidence)
    if workload.spec is None or not any(is_azure_server(evidence, one) for one in workload.spec.containers):
        return
    mine = {one.name for one in selecting(workload)}
    for one in ingresses_of(workload):
        for rule in one.rules:
            said = _lost(one, rule) if rule.backend.service in mine else None
            if said is None:
                continue
            name = one.metadata.name
            yield Finding(
                title=titled(f"ingress/{name}: {said}", 88),
                evidence=(
                    quote_field(f"ingress/{name}", at(rule), f"{rule.path_type or 'any path type'}"),
                    *(
                        quote_field(f"ingress/{name}", key, value)
                        for key, value in one.metadata.annotations.items()
                        if key.endswith("rewrite-target")
                    ),
                    Quote(source="azmlinfsrv", text="routes: GET /, POST /score, GET /swagger.json"),
                ),
                confidence=Confidence.LIKELY,
                about=(f"ingress:{name}", f"path:{rule.path}"),
                fixes=(
                    Fix(
                        title="take the path / of type Prefix, or rewrite to what follows the prefix",
                        commands=(
                            "path: /",
                            f"path: {rule.path.rstrip('/*')}(/|$)(.*)",
                            "nginx.ingress.kubernetes.io/rewrite-target: /$2",
                        ),
                    ),
                ),
            )


def _lost(one: Ingress, rule: IngressRule) -> str | None:
    path = rule.path or "/"
    rewritten = next((value for key, value in one.metadata.annotations.items() if key.endswith("rewrite-target")), None)
    if rewritten is not None:
        return f"every path becomes {rewritten}" if "$" not in rewritten and rewritten != "/score" else None
    if any(word in key for key in one.metadata.annotations for word in _REWRITES) or "(" in path:
        return None
    if rule.path_type == "Exact":
        return f"only {path} is let through, not /score" if path == "/" else None
    plain = path.rstrip("/*") or "/"
    return f"{path} is passed on as it is, a route that the server lacks" if plain not in {"/", "/score"} else None


def _ingress(path: str, kind: str = "Prefix", **annotations: str) -> Made:
    notes = {f"nginx.ingress.kubernetes.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    rule = {"path": path, "pathType": kind, "backend": {"service": "score", "port": 80}}
    return {"metadata": {"name": "score", "annotations": notes}, "rules": [rule]}


AZURE: Made = {"controller": deployment(spec(command=["azmlinfsrv"])), "services": (service(),)}
CASES = (
    fires(scene(**AZURE, ingresses=(_ingress("/churn"),)), saw="/churn is passed on as it is", findings=1),
    fires(scene(**AZURE, ingresses=(_ingress("/", "Exact"),)), saw="only / is let through"),
    fires(scene(**AZURE, ingresses=(_ingress("/churn", rewrite_target="/"),)), saw="every path becomes /"),
    quiet(scene(**AZURE, ingresses=(_ingress("/"),))),
    quiet(scene(**AZURE, ingresses=(_ingress("/churn(/|$)(.*)", rewrite_target="/$2"),))),
    quiet(scene(services=(service(),), ingresses=(_ingress("/churn"),)), name="a server of one's own"),
)
