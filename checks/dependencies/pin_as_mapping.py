"""A dependency is written as `name: version`.

What it finds
-------------
`- python: 3.10` in the dependencies of a conda file, where `- python=3.10` belongs.

Why it breaks
-------------
conda expects text behind each `- `. A mapping is refused, and where a tool does read it, YAML takes an unquoted 3.10
for the number 3.1: the environment would ask for Python 3.1.

How to fix
----------
Write `- python=3.10`.

Learn more
----------
Source: the conda user guide, "Creating an environment file manually"; YAML 1.2, section 10.3.2 (numbers).
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda
from checks.dependencies.subject import environment_of, line_of, quote
from checks.evidence import EnvironmentFile, Evidence, Requirement
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage

_WRITTEN = re.compile(
    r"(?P<before>\s*-\s+)(?P<name>[\w.-]+)\s*:\s*['\"]?(?P<version>[\w.*]*)['\"]?(?P<after>\s*(?:#.*)?)\Z"
)


@check("dependencies.pin-as-mapping", needs=("environment",), stage=Stage.BUILD, confidence=Confidence.CERTAIN)
def pin_as_mapping(evidence: Evidence) -> Iterator[Finding]:
    """Look for conda requirements that the collector found as a mapping."""
    environment = environment_of(evidence)
    for requirement in environment.requirements:
        if requirement.channel != "conda" or not re.match(r"[\w.-]+:(?!:)", requirement.text):
            continue
        version = requirement.specifier.lstrip("=")
        number = re.fullmatch(r"\d+\.\d*0", version)
        seen = f", and YAML reads the number as {float(version):g}" if number else ""
        edits = _edits(environment, requirement)
        yield Finding(
            title=f"`{requirement.text}` is a mapping, where conda expects text{seen}"[:90],
            evidence=(quote(environment, requirement),),
            about=(f"file:{environment.path}",),
            fixes=(
                Fix(
                    title=f"write `- {requirement.name}{requirement.specifier}`",
                    safety=Safety.SAFE if edits else Safety.REVIEW,
                    edits=edits,
                    commands=() if edits else (f"- {requirement.name}{requirement.specifier}",),
                ),
            ),
        )


def _edits(environment: EnvironmentFile, requirement: Requirement) -> tuple[Edit, ...]:
    line = line_of(environment, requirement.line)
    written = _WRITTEN.match(line)
    if written is None:
        return ()
    spec = f"{written['name']}={written['version']}" if written["version"] else written["name"]
    return (
        Edit(
            path=environment.path,
            start_line=requirement.line,
            start_column=written.end("before"),
            end_line=requirement.line,
            end_column=written.start("after"),
            replacement=spec,
        ),
    )


def _mapping() -> EnvironmentFile:
    return EnvironmentFile(
        path="conda.yml",
        kind="conda",
        python="3.10",
        requirements=(
            Requirement(name="python", specifier="=3.10", channel="conda", line=2, text="python: 3.10"),
            Requirement(name="numpy", specifier="", channel="conda", line=3, text="numpy"),
        ),
        text="dependencies:\n  - python: 3.10  # the newest\n  - numpy\n",
    )


CASES = (
    fires(beside(_mapping()), saw="3.1", line=2, fixed="dependencies:\n  - python=3.10  # the newest\n  - numpy\n"),
    quiet(beside(conda("python=3.10", "conda-forge::numpy=1.26"))),
    quiet(beside(conda("python=3.10", "pip", pip=("numpy",)))),
)
