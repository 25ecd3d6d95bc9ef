"""The environment lists packages of another operating system.

What it finds
-------------
`pywin32`, `vs2015_runtime`, `wincertstore` and others of Windows, `appnope` and `pyobjc` of macOS, as an exported
environment has them.

Why it breaks
-------------
The image is Linux. conda stops with "ResolvePackageNotFound", pip with "No matching distribution found", and the image
is not built.

How to fix
----------
Take the lines out; nothing on Linux needs them.

Learn more
----------
Source: the conda user guide, "Exporting an environment file across platforms".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.imports import imported_tops
from checks.dependencies.names import imports_of
from checks.dependencies.subject import environment_of, file_name, quote, without
from checks.evidence import Evidence, Requirement
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.text import listed

_CONDA = re.compile(
    r"pywin32(?:-ctypes)?|pywinpty|winpty|wincertstore|win-inet-pton|vc|vc14-runtime|vs20\d\d-runtime|vs20\d\d-win-64|ucrt|"
    r"m2w64-.+|msys2-.+|menuinst|console-shortcut|pyreadline3?|icc-rt|appnope|pyobjc-.+|libcxxabi"
)
_PIP = re.compile(r"pywin32|pywinpty|wmi|pyobjc(?:-.+)?|tensorflow-intel|tensorflow-macos|tensorflow-metal")


@check("dependencies.other-platform", needs=("environment",), stage=Stage.BUILD)
def other_platform(evidence: Evidence) -> Iterator[Finding]:
    """Look for names that no Linux channel or index has; one finding for the whole file."""
    environment = environment_of(evidence)
    found = [r for r in environment.requirements if _is_foreign(r)]
    if not found:
        return
    imported = imported_tops(evidence)
    used = [r.name for r in found if imported & set(imports_of(r.name))]
    edits = tuple(edit for requirement in found for edit in without(environment, requirement))
    more = [Quote(source=environment.path, text=f"and {len(found) - 3} more")] if len(found) > 3 else []
    yield Finding(
        title=f"{file_name(environment)} lists packages of another system: {listed([r.name for r in found], 2)}"[:90],
        evidence=(*(quote(environment, requirement) for requirement in found[:3]), *more),
        about=(f"file:{file_name(environment)}",),
        fixes=()
        if used
        else (
            Fix(
                title="take these lines out",
                safety=Safety.REVIEW,
                edits=edits,
                commands=() if edits else ("conda env export --from-history",),
            ),
        ),
        no_fix=f"the script imports {listed(used)}, which works on another system only" if used else None,
    )


def _is_foreign(requirement: Requirement) -> bool:
    pattern = _CONDA if requirement.channel == "conda" else _PIP
    return bool(pattern.fullmatch(requirement.name))


CASES = (
    fires(
        beside(conda("python=3.8", "vc=14.2", "wincertstore=0.2", "numpy")),
        line=6,
        findings=1,
        fixed="name: example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.8\n  - numpy\n",
    ),
    fires(beside(requirements("numpy", "pywin32==306")), saw="pywin32", fixed="numpy\n"),
    quiet(beside(conda("python=3.8", "libcxx", "colorama", "readline"))),
    quiet(beside(requirements("wincertstore", "colorama")), name="pure Python on the index"),
)
