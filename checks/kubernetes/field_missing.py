"""A manifest lacks a field that Kubernetes requires.

What it finds
-------------
A required field that is not there or empty: `selector` of a deployment, `containers` of a pod, `name` of a container,
`port` of a probe or a service, `maxReplicas` of an autoscaler.

Why it breaks
-------------
The API server refuses the object, with `Required value` or `missing required field`. Often the field is there, and
stands at another level of indentation.

How to fix
----------
Write the field.

Learn more
----------
`kubectl explain deployment.spec` marks required fields with `-required-`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Severity, Stage
from checks.kubernetes.manifest_faults import expected, faults, last_of, outer_of, short
from checks.kubernetes.manifest_scenes import fault, manifest

NOT_MISSED = frozenset({"serviceName"})
"""Required by the schema of older versions, by which kubectl judges, and not by the server."""


@check("kubernetes.field-missing", needs=("manifest",), stage=Stage.START, confidence=Confidence.CERTAIN)
def field_missing(evidence: Evidence) -> Iterator[Finding]:
    """Tell each field; where an unknown one stands in the same mapping, that one is the reason and is told alone."""
    strays = {(one.object, outer_of(one.field), one.hint) for one in faults(evidence, "unknown")}
    for one in faults(evidence, "missing"):
        field, outer = last_of(one.field), outer_of(one.field)
        if any((there, at) == (one.object, outer) and f"has `{field}` here" in hint for there, at, hint in strays):
            continue
        yield Finding(
            title=f"{f'`{short(outer)}`' if outer else one.object} lacks the required `{field}`",
            severity=Severity.WARNING if field in NOT_MISSED else None,
            evidence=expected(one, f"not set; expected {one.wanted or 'a value'}"),
            about=(f"file:{one.quote.source}", f"field:{one.field}"),
            fixes=(
                Fix(
                    title=f"add `{field}` under `{outer}`" if outer else f"add `{field}` to {one.object}",
                    safety=Safety.REVIEW,
                ),
            ),
        )


CASES = (
    fires(manifest(fault("missing", "- image: score:1", "spec.containers[0].name")), saw="lacks the required `name`"),
    quiet(
        manifest(
            fault("unknown", "nam: score", "spec.containers[0].nam", hint="the API has `name` here"),
            fault("missing", "- nam: score", "spec.containers[0].name"),
        ),
        name="misspelt in the same mapping",
    ),
    fires(
        manifest(
            fault("unknown", "replica: 2", "spec.replica", hint="the API has `replicas` here"),
            fault("missing", "spec:", "spec.selector"),
        ),
        saw="lacks the required `selector`",
        findings=1,
        name="another one is misspelt",
    ),
    quiet(manifest()),
)
