"""A manifest defines the same object twice.

What it finds
-------------
Two objects of one kind, name and namespace in one file.

Why it breaks
-------------
kubectl applies the file from its beginning to its end, so the second definition replaces what the first one said: its
variables, its limits, its image. Which of the two is meant, nobody can see.

How to fix
----------
Take one out, or give it another name.

Learn more
----------
Kubernetes documentation, "Object Names and IDs".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.manifest_faults import expected, faults
from checks.kubernetes.manifest_scenes import fault, manifest


@check("kubernetes.object-repeated", needs=("manifest",), stage=Stage.START, confidence=Confidence.CERTAIN)
def object_repeated(evidence: Evidence) -> Iterator[Finding]:
    """Tell each object with both its places."""
    for one in faults(evidence, "object"):
        yield Finding(
            title=f"the file defines {one.object} twice"[:88],
            evidence=expected(one, f"the other one begins in {one.seen}"),
            about=(f"file:{one.quote.source}", f"line:{one.quote.line}"),
            fixes=(Fix(title="take one of the two out, or give it another name", safety=Safety.REVIEW),),
        )


CASES = (
    fires(
        manifest(fault("object", "name: score", "metadata.name", seen="line 1")), saw="deployment/score twice", line=12
    ),
    quiet(manifest(fault("repeated", "env:", "env", seen="line 1"))),
)
