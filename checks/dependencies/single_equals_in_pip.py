"""A requirement for pip pins its version with a single `=`.

What it finds
-------------
`numpy=1.26.4` in the pip list of a conda file, or in a requirements file.

Why it breaks
-------------
One `=` is conda's spelling. pip knows `==` and stops with "Invalid requirement: = is not a valid operator", so the
image is not built.

How to fix
----------
Write `==`.

Learn more
----------
Source: PEP 440, "Version specifiers"; pip's "Requirement Specifiers".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.subject import environment_of, quote, rewrite
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage


@check("dependencies.single-equals-in-pip", needs=("environment",), stage=Stage.BUILD, confidence=Confidence.CERTAIN)
def single_equals_in_pip(evidence: Evidence) -> Iterator[Finding]:
    """Look for pip requirements whose specifier begins with a single equals sign."""
    environment = environment_of(evidence)
    for requirement in environment.requirements:
        specifier = requirement.specifier
        if requirement.channel != "pip" or not specifier.startswith("=") or specifier.startswith("=="):
            continue
        version = specifier[1:].split("=")[0].strip()
        name = requirement.text.split("=")[0].rstrip()
        right = f"{name}=={version}"
        edits = rewrite(environment, requirement, right) if ";" not in requirement.text else ()
        yield Finding(
            title=f"pip cannot read `{name}={version}`"[:90],
            evidence=(quote(environment, requirement),),
            about=(f"module:{requirement.name}",),
            fixes=(
                Fix(
                    title=f"write `{right}`",
                    safety=Safety.SAFE if edits else Safety.REVIEW,
                    edits=edits,
                    commands=() if edits else (right,),
                ),
            ),
        )


CASES = (
    fires(
        beside(requirements("numpy=1.26.4", "pandas==2.2.0")),
        line=1,
        fixed="numpy==1.26.4\npandas==2.2.0\n",
    ),
    fires(
        beside(conda("python=3.11", "pip", pip=("inference-schema[numpy-support]=1.8",))),
        saw="inference-schema[numpy-support]=1.8",
        fixed="name: example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n"
        "      - inference-schema[numpy-support]==1.8\n",
    ),
    quiet(beside(conda("numpy=1.26.4", "pip", pip=("pandas==2.2.0",)))),
    quiet(beside(requirements("numpy", "pandas>=2,<3", "torch===2.1.0"))),
)
