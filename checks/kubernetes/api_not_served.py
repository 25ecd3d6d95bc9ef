"""A manifest asks for an API that the cluster does not serve.

What it finds
-------------
An `apiVersion` that the named Kubernetes does not serve any more (`extensions/v1beta1`, `policy/v1beta1`,
`autoscaling/v2beta2`), or not yet; a kind that is not in that API, or that Kubernetes does not have at all.

Why it breaks
-------------
kubectl refuses the object: `no matches for kind "Deployment" in version "extensions/v1beta1"`. What such a file created
years ago may still run, so the mistake shows only when it is applied to a newer cluster.

How to fix
----------
Write the apiVersion that is served. Where the fields differ between the two, adapt them as the migration guide says.

Learn more
----------
Kubernetes documentation, "Deprecated API Migration Guide".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.manifest_faults import edited, expected, faults
from checks.kubernetes.manifest_scenes import edit, fault, manifest


@check("kubernetes.api-not-served", needs=("manifest",), stage=Stage.START, confidence=Confidence.CERTAIN)
def api_not_served(evidence: Evidence) -> Iterator[Finding]:
    """Tell each object with the API to use."""
    for one in faults(evidence, "api"):
        instead = one.wanted
        cure = f"write apiVersion: {instead}" if instead else one.hint.replace("the nearest kind is", "write kind:")
        adapt = (
            "; its fields differ, see the migration guide" if instead and not one.edits and "since" in one.seen else ""
        )
        fixes = edited(cure, one) or (Fix(title=f"{cure}{adapt}", safety=Safety.REVIEW),) if cure else ()
        yield Finding(
            title=one.seen,
            evidence=expected(one, one.hint or (f"expected {instead}" if instead else "nothing took its place")),
            about=(f"file:{one.quote.source}", f"line:{one.quote.line}"),
            fixes=fixes,
            no_fix=None if fixes else "nothing took its place; leave the object out",
        )


CASES = (
    fires(
        manifest(
            fault(
                "api",
                "apiVersion: policy/v1beta1",
                "apiVersion",
                seen="PodDisruptionBudget in policy/v1beta1 is not served since Kubernetes 1.25",
                wanted="policy/v1",
                edits=(edit("policy/v1"),),
            )
        ),
        saw="not served since Kubernetes 1.25",
    ),
    fires(
        manifest(
            fault(
                "api",
                "apiVersion: policy/v1beta1",
                "apiVersion",
                seen="PodSecurityPolicy in policy/v1beta1 is not served since Kubernetes 1.25",
            )
        ),
        name="nothing instead",
    ),
    quiet(manifest()),
)
