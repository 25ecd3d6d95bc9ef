"""The environment file points to a file or folder beside it.

What it finds
-------------
`-e .`, `./dist/mine.whl`, `file:///…` and `-r requirements.txt` in the pip list of a conda file.

Why it breaks
-------------
The platform sends the conda file alone to the image build. Paths beside it do not exist there: pip stops with "Could
not open requirements file" or "is not a valid editable requirement", and the image is not built.

How to fix
----------
List the packages themselves, ship your own modules in the code folder, or build the image from a Dockerfile whose
context has the files.

Learn more
----------
Source: the product's page "Manage environments": an environment of an image and a conda file has no build context.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.subject import environment_of, file_name, has_own_dockerfile, line_of, quote
from checks.evidence import EnvironmentFile, Evidence, Requirement
from checks.finding import Finding, Fix, Severity, Stage
from checks.text import lines_of

_PATH = re.compile(
    r"\s*-\s+['\"]?(?:(?:-r|--requirement|-c|--constraint)[\s=]+(?!\w+://)\S+|(?:-e|--editable)[\s=]+(?!\w+\+?\w*://)\S+"
    r"|file:\S+|\.{0,2}/\S+|\.(?=['\"]?\s*\Z)|[\w./-]+\.whl(?=['\"]?\s*\Z))"
)


@check("dependencies.path-not-in-build", needs=("environment",), stage=Stage.BUILD, severity=Severity.WARNING)
def path_not_in_build(evidence: Evidence) -> Iterator[Finding]:
    """Look for paths in the lines of the pip list."""
    environment = environment_of(evidence)
    if environment.kind != "conda" or has_own_dockerfile(evidence.source):
        return
    found = [n for n in range(1, len(lines_of(environment.text)) + 1) if _PATH.match(line_of(environment, n))]
    if not found:
        return
    yield Finding(
        title=f"{file_name(environment)} points to files beside it, which the image build does not have",
        evidence=tuple(quote(environment, number) for number in found[:3]),
        about=(f"file:{file_name(environment)}",),
        fixes=(
            Fix(title="write the packages into the conda file itself, and ship your own modules in the code folder"),
        ),
    )


def _with(line: str) -> EnvironmentFile:
    name = "mine" if line.endswith(".whl") else ""
    return EnvironmentFile(
        path="conda.yml",
        kind="conda",
        requirements=(
            Requirement(name="pip", specifier="", channel="conda", line=2, text="pip"),
            Requirement(name=name, specifier="", channel="pip", line=4, text=line, exact="1.0" if name else None),
        ),
        text=f"dependencies:\n  - pip\n  - pip:\n      - {line}\n",
    )


CASES = (
    fires(beside(_with("./dist/mine-1.0-py3-none-any.whl")), line=4),
    fires(beside(_with("-e ."))),
    quiet(beside(conda("python=3.11", "pip", pip=("numpy", "azureml-defaults~=1.60")))),
    quiet(beside(requirements("numpy"))),
    quiet(
        beside(_with("-e git+https://example.org/mine.git")),
        name="from a repository",
    ),
)
