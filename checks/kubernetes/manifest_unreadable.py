"""A manifest is no valid YAML.

What it finds
-------------
A file of manifests whose YAML cannot be read: a tab in the indentation, a line that fits no level above it, a bracket
or a quote that is never closed, a second colon in an unquoted value.

Why it breaks
-------------
kubectl reads the file as a whole before it sends anything, so not one object of it is created or changed.

How to fix
----------
Correct the line. The place that is named is where reading stopped; the mistake may stand a line above.

Learn more
----------
YAML 1.1, chapter 6.1 "Indentation Spaces".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.manifest_faults import expected, faults, file_name
from checks.kubernetes.manifest_scenes import fault, manifest


@check("kubernetes.manifest-unreadable", needs=("manifest",), stage=Stage.START, confidence=Confidence.CERTAIN)
def manifest_unreadable(evidence: Evidence) -> Iterator[Finding]:
    """Tell where reading stopped."""
    for one in faults(evidence, "yaml"):
        line = one.quote.line
        yield Finding(
            title=f"{file_name(one.quote.source)} is no valid YAML at line {line}",
            evidence=expected(one, one.seen),
            about=(f"file:{one.quote.source}", f"line:{line}"),
            fixes=(Fix(title=f"correct line {line}, or the line above it", safety=Safety.REVIEW),),
            confirm=f"kubectl apply --dry-run=client -f {one.quote.source}",
        )


CASES = (
    fires(
        manifest(fault("yaml", "\timage: score:1", seen="a tab indents the line; YAML allows spaces only")),
        saw="no valid YAML at line 12",
        line=12,
    ),
    quiet(manifest()),
)
