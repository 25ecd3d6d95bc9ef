"""A name that only conda knows stands in the list for pip.

What it finds
-------------
`cudatoolkit`, `py-xgboost`, `msgpack-python`, `libgcc-ng` and other conda names in the `pip:` list, or in a
requirements file.

Why it breaks
-------------
The package index has nothing, or nothing current, under that name: pip stops with "No matching distribution found", and
the image is not built.

How to fix
----------
Use the name that pip knows, or move the package to the conda dependencies.

Learn more
----------
Source: conda-forge's documentation, "Package names"; the package index.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.module_name_not_distribution import wrong_names
from checks.dependencies.names import is_conda_only, rows
from checks.dependencies.subject import environment_of, quote, rewrite, without
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Safety, Stage


@check("dependencies.conda-only-under-pip", needs=("environment",), stage=Stage.BUILD)
def conda_only_under_pip(evidence: Evidence) -> Iterator[Finding]:
    """Look for conda's own names among what pip is to install."""
    environment = environment_of(evidence)
    pip_names = {row[0]: row[1] for row in rows("conda_names")}
    for requirement in environment.requirements:
        name = requirement.name
        if requirement.channel != "pip" or not is_conda_only(name) or name in wrong_names():
            continue
        right = pip_names.get(name, "-")
        bare = not requirement.specifier and not requirement.extras
        if right != "-":
            edits = rewrite(environment, requirement, right) if bare else ()
            fix = Fix(
                title=f"use the name that pip knows: {right}",
                safety=Safety.REVIEW,
                edits=edits,
                commands=() if edits else (right,),
            )
        else:
            edits = without(environment, requirement)
            fix = Fix(
                title=f"take `{name}` out of the list for pip; conda installs it where something needs it",
                safety=Safety.REVIEW,
                edits=edits,
            )
        yield Finding(
            title=f"pip has no `{name}`",
            evidence=(quote(environment, requirement),),
            about=(f"module:{name.replace('-', '_')}",),
            fixes=(fix,),
        )


CASES = (
    fires(beside(requirements("py-xgboost", "numpy")), line=1, fixed="xgboost\nnumpy\n"),
    fires(beside(requirements("numpy", "cudatoolkit==11.8")), saw="cudatoolkit", fixed="numpy\n"),
    quiet(beside(conda("py-xgboost", "cudatoolkit=11.8", "msgpack-python"))),
    quiet(beside(requirements("xgboost", "msgpack", "torch"))),
    quiet(beside(requirements("pytorch")), name="another check"),
)
