"""A part of the environment file cannot be understood.

What it finds
-------------
Invalid YAML, a key that stands there twice, a line that is no requirement, a file included with `-r` that is missing,
bytes that are no UTF-8, a conda file without `dependencies`.

Why it breaks
-------------
conda and pip read the same lines and stop at the first one that they do not understand, so the image is not built: the
build log shows "not a valid YAML structure", "Invalid requirement" or "Could not open requirements file".

How to fix
----------
Correct the line. In a conda file every dependency stands behind `- `, and what pip installs one level deeper below
`- pip:`.

Learn more
----------
Source: the conda user guide, "Creating an environment file manually"; pip's "Requirements File Format".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.subject import environment_of, file_name, line_of
from checks.evidence import EnvironmentFile, Evidence, FileProblem
from checks.finding import Confidence, Finding, Quote, Stage


@check(
    "dependencies.unreadable-file",
    needs=("environment",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=("dependencies.not-listed", "dependencies.server-missing", "dependencies.schema-missing"),
)
def unreadable_file(evidence: Evidence) -> Iterator[Finding]:
    """Tell what the collector could not read."""
    environment = environment_of(evidence)
    problems, name = environment.problems, file_name(environment)
    if not problems:
        return
    first = problems[0]
    where = f"line {first.line} of {name}" if first.line else name
    more = [Quote(source=environment.path, text=f"and {len(problems) - 3} more")] if len(problems) > 3 else []
    yield Finding(
        title=f"{where} cannot be read" if len(problems) == 1 else f"{len(problems)} places of {name} cannot be read",
        evidence=(*(quote for problem in problems[:3] for quote in _quotes(environment, problem)), *more),
        about=(f"file:{name}",),
        no_fix="what was meant to stand there is not known; correct it and run doctor again",
    )


def _quotes(environment: EnvironmentFile, problem: FileProblem) -> tuple[Quote, ...]:
    """The line, and what is wrong with it."""
    text = line_of(environment, problem.line).strip() if problem.line else ""
    at = Quote(source=environment.path, line=problem.line, text=text[:200] or problem.message)
    return (at, Quote(source="what was understood", text=problem.message)) if text else (at,)


CASES = (
    fires(
        beside(requirements("numpy", problems=(FileProblem(line=1, message="`numpy >`: Expected version"),))),
        saw="Expected version",
        line=1,
    ),
    fires(
        beside(
            conda("python=3.11", problems=(FileProblem(line=4, message="the key `dependencies` stands here twice"),))
        ),
        saw="twice",
        line=4,
    ),
    quiet(beside(conda("python=3.11", "pip", pip=("numpy",)))),
    quiet(beside(requirements("numpy>=1,<3"))),
)
