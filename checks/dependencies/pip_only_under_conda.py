"""A package that only pip has stands among the conda dependencies.

What it finds
-------------
`azureml-defaults`, `azureml-inference-server-http`, `inference-schema`, `torch`, `opencv-python` and the like outside
the `pip:` list of a conda file.

Why it breaks
-------------
conda looks for them on its channels, where they are not, or under another name, and stops with "ResolvePackageNotFound"
or "nothing provides": the image is not built.

How to fix
----------
Move them below `- pip:`, or use conda's name.

Learn more
----------
Source: the product's page "Manage environments", whose conda files list these packages for pip.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.names import conda_name
from checks.dependencies.pip_list_misplaced import misplaced
from checks.dependencies.subject import add_to_pip, environment_of, file_name, quote, rewrite, without
from checks.evidence import EnvironmentFile, Evidence, Requirement
from checks.finding import Finding, Fix, Safety, Stage

_PIP_ONLY = re.compile(
    r"azureml-[\w-]+|inference-schema|mltable|torch|opencv-python(?:-headless)?|opencv-contrib-python(?:-headless)?"
)
_RENAMED = {"torch": "pytorch", "opencv-python": "opencv", "opencv-python-headless": "opencv"}


@check(
    "dependencies.pip-only-under-conda",
    needs=("environment",),
    stage=Stage.BUILD,
    explains=("dependencies.server-missing", "dependencies.not-listed"),
)
def pip_only_under_conda(evidence: Evidence) -> Iterator[Finding]:
    """Look for names among the conda dependencies that conda's channels do not have."""
    environment = environment_of(evidence)
    if misplaced(environment):
        return  # their list is at the wrong depth: that is told once
    for requirement in environment.requirements:
        if requirement.channel == "conda" and _PIP_ONLY.fullmatch(requirement.name):
            yield Finding(
                title=f"conda has no `{requirement.name}`",
                evidence=(quote(environment, requirement),),
                about=(f"module:{requirement.name.replace('-', '_')}", f"file:{file_name(environment)}"),
                fixes=(_fix(environment, requirement),),
            )


def _fix(environment: EnvironmentFile, requirement: Requirement) -> Fix:
    name = requirement.name
    if name in _RENAMED:
        right = requirement.text.replace(name, _RENAMED[name], 1)
        edits = rewrite(environment, requirement, right)
        return Fix(
            title=f"use conda's name: {conda_name(name) if name == 'torch' else _RENAMED[name]}",
            safety=Safety.REVIEW,
            edits=edits,
            commands=() if edits else (f"- {right}",),
        )
    text = re.sub(r"^[^:\s]+::", "", requirement.text)
    item = re.sub(r"(?<![<>=!~])=(?!=)", "==", text).replace(" ", "")
    rest = EnvironmentFile(
        path=environment.path,
        kind=environment.kind,
        text=environment.text,
        encoding=environment.encoding,
        requirements=tuple(r for r in environment.requirements if r is not requirement),
    )
    away, there = without(environment, requirement), add_to_pip(rest, item)
    edits = (*away, *there) if away and there else ()
    return Fix(
        title=f"move `{item}` below `- pip:`",
        safety=Safety.REVIEW,
        edits=edits,
        commands=() if edits else (f"- pip:\n    - {item}",),
    )


CASES = (
    fires(
        beside(conda("python=3.11", "azureml-defaults=1.60", "pip", pip=("numpy",))),
        line=6,
        fixed="name: example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n"
        "      - numpy\n      - azureml-defaults==1.60\n",
    ),
    fires(
        beside(conda("python=3.11", "torch>=2")),
        saw="torch",
        fixed="name: example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pytorch>=2\n",
    ),
    quiet(beside(conda("python=3.11", "pytorch", "opencv", "pip", pip=("azureml-defaults",)))),
    quiet(beside(requirements("azureml-defaults", "torch"))),
    quiet(beside(conda("python=3.11", "azure-core", "torchvision"))),
)
