"""One package is asked for twice, in versions that exclude each other.

What it finds
-------------
The same package on two lines for pip with pins that no version satisfies, or pinned differently for conda and for pip.

Why it breaks
-------------
pip stops with "ResolutionImpossible" when two lines exclude each other, and the image is not built. Between conda and
pip the second wins: pip replaces what conda installed, and packages that conda built against the first may crash.

How to fix
----------
Keep one of the lines.

Learn more
----------
Source: pip's documentation, "Dependency Resolution"; the conda user guide, "Using pip in an environment".
"""

from collections import defaultdict
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.names import pip_name
from checks.dependencies.subject import environment_of, quote
from checks.dependencies.versions import admits, parse
from checks.evidence import Evidence, Requirement
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check("dependencies.contradicting-pins", needs=("environment",), stage=Stage.BUILD)
def contradicting_pins(evidence: Evidence) -> Iterator[Finding]:
    """Compare the lines of each package in pairs."""
    environment = environment_of(evidence)
    by_name: dict[str, list[Requirement]] = defaultdict(list)
    for requirement in environment.requirements:
        if (name := pip_name(requirement)) and ";" not in requirement.text:
            by_name[name].append(requirement)
    for name, asked in by_name.items():
        pair = next(
            ((one, other) for n, one in enumerate(asked) for other in asked[n + 1 :] if _exclude(one, other)), None
        )
        if pair is None:
            continue
        one, other = pair
        same_tool = one.channel == other.channel
        yield Finding(
            title=f"{name} is asked for as `{one.text}` and as `{other.text}`"[:90],
            severity=Severity.ERROR if same_tool else Severity.WARNING,
            confidence=Confidence.CERTAIN if same_tool else Confidence.LIKELY,
            evidence=(quote(environment, one), quote(environment, other)),
            about=(f"module:{name.replace('-', '_')}",),
            fixes=(Fix(title="keep one of the two lines, the one that the model was made with"),),
        )


def _exclude(one: Requirement, other: Requirement) -> bool:
    """True when one line pins a version that the other does not let in."""
    first, second = parse(one.exact), parse(other.exact)
    if first is not None:
        return not admits(other, first) if second is None else first != second
    return second is not None and not admits(one, second)


CASES = (
    fires(beside(requirements("numpy==1.26.4", "pandas", "numpy==2.0.0")), line=1, saw="numpy==2.0.0"),
    fires(beside(requirements("numpy==1.26.4", "numpy>=2"))),
    fires(beside(conda("numpy=1.26.4", "pip", pip=("numpy==2.0.0",))), saw="numpy=1.26.4"),
    quiet(beside(requirements("numpy==1.26.4", "numpy==1.26.4"))),
    quiet(beside(requirements("numpy>=1.26", "numpy<3"))),
    quiet(beside(conda("numpy=1.26.4", "pip", pip=("numpy==1.26.4",)))),
    quiet(beside(conda("numpy=1.26", "pip", pip=("numpy==1.26.4",)))),
)
