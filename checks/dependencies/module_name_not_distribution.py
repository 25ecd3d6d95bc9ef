"""The environment file names an import where the package's own name belongs.

What it finds
-------------
`sklearn`, `cv2`, `PIL`, `yaml` and others whose import name is no package, or the name of a different one.

Why it breaks
-------------
pip and conda know packages by their distribution name. The import name either cannot be installed (`sklearn` stops the
build with "The 'sklearn' PyPI package is deprecated"), or installs somebody else's package, and the import fails in the
container.

How to fix
----------
Write the distribution's name: `scikit-learn`, `opencv-python-headless`, `Pillow`, `PyYAML`.

Learn more
----------
Source: the package `sklearn` on PyPI, whose only content is this advice.
"""

from collections.abc import Iterator
from functools import cache

from packaging.utils import canonicalize_name

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.imports import imported_tops
from checks.dependencies.names import conda_name, rows
from checks.dependencies.subject import environment_of, quote, rewrite
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage


@cache
def wrong_names() -> dict[str, tuple[str, str]]:
    """Name as written, normalised, to the right distribution and what happens with the wrong one."""
    return {row[0]: (row[1], row[2]) for row in rows("wrong_names")}


@check(
    "dependencies.module-name-not-distribution",
    needs=("environment",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.module-missing", "runtime.import-raised", "dependencies.not-listed"),
)
def module_name_not_distribution(evidence: Evidence) -> Iterator[Finding]:
    """Compare the listed names with a table of import names that are no packages."""
    environment = environment_of(evidence)
    imported = {canonicalize_name(name) for name in imported_tops(evidence)}
    for requirement in environment.requirements:
        right, effect = wrong_names().get(requirement.name, ("", ""))
        if not right or (requirement.channel == "conda" and requirement.name in {"pytorch", "opencv", "git", "faiss"}):
            continue
        if effect == "other" and requirement.name not in imported:
            continue  # the package of that name exists, and may be meant
        listed = {r.name for r in environment.requirements}
        name = conda_name(right) if requirement.channel == "conda" else right
        written = requirement.text.replace("::", " ").split()[-1] if "::" in requirement.text else requirement.text
        old = written[: len(requirement.name)]
        new = requirement.text.replace(old, name, 1) if not requirement.specifier else name
        edits = rewrite(environment, requirement, new) if canonicalize_name(right) not in listed else ()
        safe = effect != "other" and not requirement.specifier and bool(edits)
        wrong = "is no package to install" if effect != "other" else "is another package than the one imported"
        yield Finding(
            title=f"`{old}` {wrong}",
            evidence=(quote(environment, requirement),),
            confidence=Confidence.CERTAIN if effect == "gone" else Confidence.LIKELY,
            about=(f"module:{requirement.name.replace('-', '_')}", f"module:{old}"),
            fixes=(
                Fix(
                    title=f"name the package that provides `{old}`: {name}",
                    safety=Safety.SAFE if safe else Safety.REVIEW,
                    edits=edits,
                    commands=() if edits else (name,),
                ),
            ),
        )


CASES = (
    fires(
        beside(requirements("azureml-inference-server-http", "sklearn")),
        line=2,
        fixed="azureml-inference-server-http\nscikit-learn\n",
    ),
    fires(
        beside(conda("python=3.11", "pip", pip=("PIL", "cv2"))),
        findings=2,
        saw="PIL",
    ),
    fires(beside(requirements("jwt==1.3"), "import jwt\ndef init(): ...\ndef run(data): return data\n"), saw="jwt"),
    quiet(beside(requirements("jwt==1.3")), name="the package jwt exists and may be meant"),
    quiet(beside(requirements("scikit-learn", "Pillow", "PyYAML", "opencv-python-headless", "bs4"))),
    quiet(beside(conda("pytorch", "opencv", "git"))),
)
