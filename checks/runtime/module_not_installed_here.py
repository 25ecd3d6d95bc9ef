"""The rehearsal's interpreter lacks a package that the environment file lists.

What it finds
-------------
A `ModuleNotFoundError` of the rehearsal for a package that the environment file does list.

Why it breaks
-------------
It breaks only the rehearsal: the image will have the package, the interpreter that doctor used has not. What comes
after the import could not be tried, so the script is not known to work.

How to fix
----------
Rehearse with the interpreter of an environment that was made from the file: `doctor check ... --python <interpreter>`.

Learn more
----------
`doctor check --help`, option `--python`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import EnvironmentFile, Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.failures import probe_of
from checks.runtime.imports import missing_module
from checks.runtime.observed import at, conda_file, raised_in, seen, started
from checks.runtime.packages import listed_in_environment
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check(
    "runtime.module-not-installed-here",
    needs=("probe", "environment"),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def module_not_installed_here(evidence: Evidence) -> Iterator[Finding]:
    """Hold the missing module against the environment file."""
    for failure in told_by("runtime.module-not-installed-here", evidence):
        module = missing_module(failure)
        listed = listed_in_environment(module, evidence) if module else None
        if module is None or listed is None or not isinstance(evidence.environment, EnvironmentFile):
            continue
        probe = probe_of(evidence)
        path = evidence.environment.path
        yield failure.finding(
            titled(f"the rehearsal stopped: this interpreter lacks `{listed.name}`", 88),
            saw=(
                Quote(source=path, line=listed.line, text=listed.text.strip()),
                Quote(source="probe", text=f"ran {probe.interpreter} (Python {probe.python}), which has no {module}"),
            ),
            about=(f"module:{module.split('.', 1)[0]}", f"module:{module}"),
            fixes=(
                Fix(
                    title=f"rehearse with <interpreter>, one of an environment made from {path}",
                    safety=Safety.PLACEHOLDER,
                    commands=(f"doctor check {evidence.target.name} --env {path} --python <interpreter>",),
                ),
            ),
        )


SCRIPT = "import torch\n\ndef init(): ...\ndef run(data): return 1\n"
STOPS = raised_in(Phase.IMPORT, "ModuleNotFoundError", "No module named 'torch'", at(SCRIPT, "torch"), name="torch")

CASES = (
    fires(seen(SCRIPT, STOPS, environment=conda_file("torch")), saw="lacks `torch`", line=1, findings=1),
    fires(seen(SCRIPT, STOPS, environment=conda_file("numpy", "torch")), saw="- torch"),
    quiet(seen(SCRIPT, STOPS, environment=conda_file("numpy")), name="not listed: the image lacks it too"),
    quiet(seen(SCRIPT, STOPS), name="no environment file to hold it against"),
    quiet(seen(SCRIPT, *started(), environment=conda_file("torch"))),
)
