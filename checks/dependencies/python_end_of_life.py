"""The environment's Python gets no more fixes.

What it finds
-------------
A conda file that pins a Python whose support has ended.

Why it breaks
-------------
Nothing breaks today. Packages drop such a Python one after the other, so a later build of the same file finds fewer
releases, and at last none; Azure ML reports an end-of-life Python as a problem of the environment.

How to fix
----------
Move to a supported Python, with the library versions that the model needs.

Learn more
----------
Source: the Python developer's guide, "Status of Python versions".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda
from checks.dependencies.subject import environment_of, python_of, quote
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage

ENDED = {
    (2, 7): "January 2020",
    (3, 5): "September 2020",
    (3, 6): "December 2021",
    (3, 7): "June 2023",
    (3, 8): "October 2024",
    (3, 9): "October 2025",
}


@check(
    "dependencies.python-end-of-life",
    needs=("environment",),
    stage=Stage.OPERATE,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def python_end_of_life(evidence: Evidence) -> Iterator[Finding]:
    """Look the pinned Python up."""
    environment = environment_of(evidence)
    python = python_of(environment)
    pin = next((r for r in environment.requirements if r.name == "python"), None)
    if python is None or pin is None or python not in ENDED:
        return
    yield Finding(
        title=f"Python {python[0]}.{python[1]} has had no fixes since {ENDED[python]}",
        evidence=(quote(environment, pin),),
        no_fix="the next Python needs library versions that can read the model; choose them together",
    )


CASES = (
    fires(beside(conda("python=3.8")), line=5, saw="October 2024"),
    fires(beside(conda("python=3.6.9", "numpy"))),
    quiet(beside(conda("python=3.11"))),
    quiet(beside(conda("numpy"))),
)
