"""A manifest has a field that Kubernetes does not know in that place.

What it finds
-------------
A field that the API's schema has not where it stands: misspelt (`continers`, `enviroment`), at the wrong level of
indentation (`image` beside `containers`), or of a newer Kubernetes than the one named.

Why it breaks
-------------
kubectl refuses the object, with `unknown field` or `ValidationError`. Other clients, and kubectl with
`--validate=false`, drop the field in silence: the pod then runs without its variables, probes or limits.

How to fix
----------
Write the field as the API does, or move it to where it belongs: with two spaces for each level.

Learn more
----------
`kubectl explain deployment.spec.template.spec.containers` shows the fields of a level.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.manifest_faults import edited, expected, faults, last_of, manifest_of, outer_of, short
from checks.kubernetes.manifest_scenes import edit, fault, manifest


@check("kubernetes.field-unknown", needs=("manifest",), stage=Stage.START, confidence=Confidence.CERTAIN)
def field_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Tell each field, with the nearest name or the right place."""
    version = manifest_of(evidence).version
    for one in faults(evidence, "unknown"):
        field, outer = last_of(one.field), outer_of(one.field)
        where = f"under `{short(outer, 86 - 38 - len(field))}`" if outer else "at the top"
        yield Finding(
            title=f"Kubernetes knows no field `{field}` {where}",
            evidence=expected(one, one.hint or f"the API of Kubernetes {version} has no such field here"),
            about=(f"file:{one.quote.source}", f"line:{one.quote.line}"),
            fixes=edited("write it as the API does", one) or (Fix(title=_cure(field, one.hint), safety=Safety.REVIEW),),
        )


def _cure(field: str, hint: str) -> str:
    """What to do, in words."""
    if " writes `" in hint:
        return f"write {hint.rpartition(' as ')[2]} instead"
    if "belongs" in hint:
        return f"move it: {hint}"
    return f"write {hint.removeprefix('the API has ')}" if hint else f"take `{field}` out, or look up its name"


CASES = (
    fires(
        manifest(
            fault(
                "unknown",
                "enviroment:",
                "spec.template.spec.containers[score].enviroment",
                hint="the API has `env` here",
                edits=(edit("env"),),
            )
        ),
        saw="no field `enviroment`",
        line=12,
    ),
    fires(
        manifest(
            fault("unknown", "image: score:1", "spec.image", hint="`image` belongs under `template.spec.containers[]`")
        ),
        saw="belongs under",
    ),
    fires(
        manifest(
            fault(
                "unknown",
                "serviceName: score",
                "spec.rules[0].http.paths[0].backend.serviceName",
                hint="this version of the API writes `serviceName` as `service.name`",
            )
        ),
        saw="writes `serviceName` as `service.name`",
    ),
    quiet(manifest(fault("type", "value: 8080", "spec.template.spec.containers[score].env[0].value"))),
)
