"""The conda file has a pip list and does not list pip itself.

What it finds
-------------
`- pip:` with packages below it, and no `- pip` among the dependencies.

Why it breaks
-------------
conda warns ("you have pip-installed dependencies in your environment file, but you do not list pip itself") and adds a
pip of its own choice; other solvers install no pip, and the list below it is then never installed.

How to fix
----------
Add `- pip` before the list.

Learn more
----------
Source: the conda user guide, "Using pip in an environment".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.subject import can_edit, environment_of, file_name, line_of, quote
from checks.evidence import Evidence
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Severity, Stage
from checks.text import lines_of

_PIP_LIST = re.compile(r"(?P<indent>\s*)-\s+pip\s*:\s*(?:#.*)?\Z")


@check(
    "dependencies.pip-not-listed",
    needs=("environment",),
    stage=Stage.BUILD,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def pip_not_listed(evidence: Evidence) -> Iterator[Finding]:
    """Look for a pip list without pip."""
    environment = environment_of(evidence)
    listed = any(r.name == "pip" and r.channel == "conda" for r in environment.requirements)
    if environment.kind != "conda" or listed or not any(r.channel == "pip" for r in environment.requirements):
        return
    for number in range(1, len(lines_of(environment.text)) + 1):
        found = _PIP_LIST.match(line_of(environment, number))
        if found is None:
            continue
        insert = Edit(
            path=environment.path,
            start_line=number,
            start_column=0,
            end_line=number,
            end_column=0,
            replacement=f"{found['indent']}- pip\n",
        )
        yield Finding(
            title=f"{file_name(environment)} has a pip list but does not list pip",
            evidence=(quote(environment, number),),
            about=(f"file:{file_name(environment)}",),
            fixes=(
                Fix(
                    title="add `- pip` before the list",
                    safety=Safety.SAFE if can_edit(environment) else Safety.REVIEW,
                    edits=(insert,) if can_edit(environment) else (),
                    commands=() if can_edit(environment) else ("- pip",),
                ),
            ),
        )
        return


CASES = (
    fires(
        beside(conda("python=3.11", pip=("numpy",))),
        line=6,
        fixed="name: example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n"
        "      - numpy\n",
    ),
    fires(beside(conda("numpy=1.26", pip=("pandas",)))),
    quiet(beside(conda("python=3.11", "pip", pip=("numpy",)))),
    quiet(beside(conda("python=3.11", "pip=24.0", pip=("numpy",)))),
    quiet(beside(conda("python=3.11", "numpy"))),
    quiet(beside(requirements("numpy"))),
)
