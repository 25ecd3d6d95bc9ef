"""A key stands twice in a manifest, so the first of the two is lost.

What it finds
-------------
The same key a second time in one mapping of a manifest: two `env:` in one container, two `resources:`.

Why it breaks
-------------
A mapping has one value for each key. kubectl keeps the last one and says nothing, other tools refuse the file; so
variables, ports or limits that stand in the file never reach the pod.

How to fix
----------
Join the two into one.

Learn more
----------
YAML 1.1, chapter 3.2.1.3 "Equality": keys of a mapping are unique.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Severity, Stage
from checks.kubernetes.manifest_faults import expected, faults, last_of
from checks.kubernetes.manifest_scenes import fault, manifest


@check("kubernetes.key-repeated", needs=("manifest",), stage=Stage.START, confidence=Confidence.CERTAIN)
def key_repeated(evidence: Evidence) -> Iterator[Finding]:
    """Tell each key with both its lines."""
    for one in faults(evidence, "repeated"):
        key, same = last_of(one.field), bool(one.wanted)
        lost = "both hold the same" if same else f"what stands from {one.seen} on is lost"
        yield Finding(
            title=f"the key `{key}` stands twice in {one.object or one.quote.source}",
            severity=Severity.WARNING if same else Severity.ERROR,
            evidence=expected(one, f"also in {one.seen}; {lost}"),
            about=(f"file:{one.quote.source}", f"line:{one.quote.line}"),
            fixes=(Fix(title=f"join it with the `{key}` of {one.seen}", safety=Safety.REVIEW),),
        )


CASES = (
    fires(
        manifest(fault("repeated", "env:", "spec.template.spec.containers[0].env", seen="line 9")),
        saw="`env` stands twice",
        line=12,
    ),
    quiet(manifest(fault("yaml", "x", seen="no YAML"))),
)
