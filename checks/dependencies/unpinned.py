"""Packages are listed without a version.

What it finds
-------------
Names without any constraint in the environment file.

Why it breaks
-------------
Nothing breaks in the image that was built. A later build of the same file takes the releases of that day: a new major
version (NumPy 2, pandas 2, Werkzeug 3) then stops a service whose files nobody touched.

How to fix
----------
Pin the versions that were tested.

Learn more
----------
Source: pip's documentation, "Repeatable Installs".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.names import pip_name
from checks.dependencies.subject import environment_of, file_name, pinned, quote
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.text import listed

_LEFT_OPEN = frozenset({"pip", "setuptools", "wheel"})


@check(
    "dependencies.unpinned",
    needs=("environment",),
    stage=Stage.OPERATE,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def unpinned(evidence: Evidence) -> Iterator[Finding]:
    """Collect the names without a constraint into one finding."""
    environment = environment_of(evidence)
    found = [
        r
        for r in environment.requirements
        if not r.specifier and not r.exact and pip_name(r) and r.name not in _LEFT_OPEN and "@" not in r.text
    ]
    if not found:
        return
    names = [r.name for r in found]
    more = [Quote(source=environment.path, text=f"and {len(found) - 3} more")] if len(found) > 3 else []
    yield Finding(
        title=f"{file_name(environment)} leaves versions open: {listed(names, 3)}"[:90],
        evidence=(*(quote(environment, requirement) for requirement in found[:3]), *more),
        fixes=(
            Fix(
                title="pin the versions that were tested",
                commands=tuple(pin for r in found[:10] if "==" in (pin := pinned(evidence, pip_name(r)))),
            ),
        ),
    )


CASES = (
    fires(beside(requirements("numpy==1.26.4", "pandas")), line=2, saw="pandas", findings=1),
    fires(beside(conda("python=3.11", "numpy", "pip", pip=("scikit-learn",))), saw="numpy and scikit-learn"),
    quiet(beside(conda("python=3.11", "numpy=1.26.4", "pip", pip=("scikit-learn>=1.5",)))),
    quiet(beside(requirements("torch @ https://example.org/torch-2.1.0.tar.gz"))),
)
