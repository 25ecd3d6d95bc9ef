"""Dependencies are pinned to builds of one platform.

What it finds
-------------
`numpy=1.19.1=py37h5510c5b_0` in a conda file: what `conda env export` writes without `--no-builds`.

Why it breaks
-------------
The third part names one build for one operating system, Python and compiler. Builds of Windows and macOS do not exist
for the Linux image, and old Linux builds leave the channels: conda then stops with "ResolvePackageNotFound".

How to fix
----------
Leave the build away and keep the version, or export with `conda env export --from-history`.

Learn more
----------
Source: the conda user guide, "Exporting an environment file across platforms".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.subject import environment_of, file_name, quote, rewrite
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Safety, Severity, Stage

_BUILD = re.compile(r"(?P<spec>[^=\s]+=[^=\s]+)=(?P<build>\S*[A-Za-z_]\S*|\d+)\Z")


@check("dependencies.platform-build", needs=("environment",), stage=Stage.BUILD, severity=Severity.WARNING)
def platform_build(evidence: Evidence) -> Iterator[Finding]:
    """Look for a build string behind the version; one finding for the whole file."""
    environment = environment_of(evidence)
    found = [
        (requirement, match["spec"])
        for requirement in environment.requirements
        if requirement.channel == "conda" and (match := _BUILD.match(requirement.text)) and "*" not in match["build"]
    ]
    if not found:
        return
    edits = tuple(edit for requirement, spec in found for edit in rewrite(environment, requirement, spec))
    more = [Quote(source=environment.path, text=f"and {len(found) - 3} more")] if len(found) > 3 else []
    yield Finding(
        title=f"{file_name(environment)} pins builds of one platform: {len(found)} of them",
        evidence=(*(quote(environment, requirement) for requirement, _ in found[:3]), *more),
        about=(f"file:{file_name(environment)}",),
        fixes=(
            Fix(
                title="leave the builds away and keep the versions",
                safety=Safety.REVIEW,
                edits=edits,
                commands=() if edits else ("conda env export --no-builds",),
            ),
        ),
    )


CASES = (
    fires(
        beside(conda("python=3.8", "numpy=1.19.1=py38h5510c5b_0", "zlib=1.2.11=0")),
        line=6,
        findings=1,
        fixed="name: example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.8\n  - numpy=1.19.1\n"
        "  - zlib=1.2.11\n",
    ),
    fires(beside(conda("vc=14.2=h21ff451_1"))),
    quiet(beside(conda("python=3.8", "numpy=1.19.1", "pandas==1.5"))),
    quiet(beside(requirements("numpy==1.19.1"))),
)
