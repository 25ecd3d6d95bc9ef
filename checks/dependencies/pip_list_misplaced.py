"""The list below `pip:` stands where conda does not look for it.

What it finds
-------------
`- pip:` with nothing below it because its items are indented like the dependencies, or `pip:` at the left margin beside
`dependencies:`.

Why it breaks
-------------
YAML tells a list's owner by indentation alone. Items at the wrong depth become conda dependencies, which conda cannot
find (`ResolvePackageNotFound`), or belong to a key that conda does not know, and nothing of them is installed: the
service then starts without its server.

How to fix
----------
Indent the items below `- pip:` further than `- pip:` itself.

Learn more
----------
Source: the conda user guide, "Creating an environment file manually".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.subject import can_edit, environment_of, line_of, quote
from checks.evidence import EnvironmentFile, Evidence, Requirement
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage
from checks.text import lines_of

_EMPTY_LIST = re.compile(r"(?P<indent>\s*)-\s+pip\s*:\s*(?:#.*)?\Z")
_ITEM = re.compile(r"(?P<indent>\s*)-\s")
_BESIDE = re.compile(r"pip\s*:\s*(?:#.*)?\Z")


def misplaced(environment: EnvironmentFile) -> tuple[int, range] | None:
    """The line of `pip:` and the lines of its items where they do not belong to it; None when all is well."""
    lines = [line.rstrip("\r\n") for line in lines_of(environment.text)]
    if environment.kind != "conda":
        return None
    for number, line in enumerate(lines, start=1):
        if _BESIDE.match(line):
            return number, _items(lines, number)
        if opening := _EMPTY_LIST.match(line):
            items = _items(lines, number)
            following = next(
                (text for text in lines[number:] if text.strip() and not text.lstrip().startswith("#")), ""
            )
            same = _ITEM.match(following)
            if same and len(same["indent"]) <= len(opening["indent"]):
                return number, items
    return None


def _items(lines: list[str], number: int) -> range:
    """Numbers of the lines after `number` up to the next key at the margin."""
    end = number
    for offset, text in enumerate(lines[number:], start=number + 1):
        if text.strip() and not text[0].isspace() and not text.startswith(("-", "#")):
            break
        if text.strip():
            end = offset
    return range(number + 1, end + 1)


@check(
    "dependencies.pip-list-misplaced",
    needs=("environment",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=(
        "dependencies.pip-only-under-conda",
        "dependencies.server-missing",
        "dependencies.not-listed",
        "dependencies.unreadable-file",
    ),
)
def pip_list_misplaced(evidence: Evidence) -> Iterator[Finding]:
    """Look for a `pip:` without a list of its own, and for one beside `dependencies:`."""
    environment = environment_of(evidence)
    found = misplaced(environment)
    if found is None or not found[1]:
        return
    number, items = found
    at_margin = bool(_BESIDE.match(line_of(environment, number)))
    edits = () if at_margin or not can_edit(environment) else tuple(_indent(environment, items))
    yield Finding(
        title="the list below `pip:` is not part of it" if not at_margin else "`pip:` stands beside the dependencies",
        evidence=(quote(environment, number), quote(environment, items[0])),
        fixes=(
            Fix(
                title=f"indent the {len(items)} lines below `- pip:` by four more spaces"
                if not at_margin
                else "move `pip:` and its list into `dependencies:`, as the item `- pip:`",
                safety=Safety.REVIEW,
                edits=edits,
                commands=() if edits else ("  - pip\n  - pip:\n      - <package>",),
            ),
        ),
    )


def _indent(environment: EnvironmentFile, items: range) -> Iterator[Edit]:
    for number in items:
        if line_of(environment, number).strip():
            yield Edit(
                path=environment.path,
                start_line=number,
                start_column=0,
                end_line=number,
                end_column=0,
                replacement="    ",
            )


def _same_depth() -> EnvironmentFile:
    return EnvironmentFile(
        path="conda.yml",
        kind="conda",
        python="3.11",
        requirements=(
            Requirement(name="python", specifier="=3.11", channel="conda", line=2, text="python=3.11"),
            Requirement(name="pip", specifier="", channel="conda", line=3, text="pip"),
            Requirement(name="azureml-defaults", specifier="", channel="conda", line=5, text="azureml-defaults"),
        ),
        text="dependencies:\n  - python=3.11\n  - pip\n  - pip:\n  - azureml-defaults\n",
    )


def _at_margin() -> EnvironmentFile:
    return EnvironmentFile(
        path="conda.yml",
        kind="conda",
        python="3.11",
        requirements=(
            Requirement(name="python", specifier="=3.11", channel="conda", line=2, text="python=3.11"),
            Requirement(name="azureml-defaults", specifier="", channel="pip", line=4, text="azureml-defaults"),
        ),
        text="dependencies:\n  - python=3.11\npip:\n  - azureml-defaults\n",
    )


CASES = (
    fires(
        beside(_same_depth()),
        line=4,
        fixed="dependencies:\n  - python=3.11\n  - pip\n  - pip:\n      - azureml-defaults\n",
    ),
    fires(beside(_at_margin()), line=3, saw="beside"),
    quiet(beside(conda("python=3.11", "pip", pip=("numpy",)))),
    quiet(beside(conda("python=3.11", "numpy"))),
    quiet(beside(requirements("numpy"))),
)
