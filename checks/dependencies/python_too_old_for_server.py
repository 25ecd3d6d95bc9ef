"""The environment's Python is too old for the inference server that it asks for.

What it finds
-------------
A pinned Python that the wanted `azureml-inference-server-http` does not support, and, where the server's version is
left open, a Python below 3.9.

Why it breaks
-------------
pip installs only what supports the Python of the image. For a pinned server it stops with "No matching distribution
found"; an open one silently becomes a release of years ago, with other rules for requests and answers and no fixes.

How to fix
----------
Use Python 3.9 or newer, or pin the server that the old Python can have.

Learn more
----------
Source: the package metadata (`Requires-Python`) of azureml-inference-server-http 0.4.13 to 1.5.1.
"""

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.subject import SERVER, environment_of, quote
from checks.dependencies.versions import admits, rows_cached
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check("dependencies.python-too-old-for-server", needs=("environment",), stage=Stage.BUILD)
def python_too_old_for_server(evidence: Evidence) -> Iterator[Finding]:
    """Ask which known releases of the server both the pin and the Python admit."""
    environment = environment_of(evidence)
    wanted = next((r for r in environment.requirements if r.name == SERVER and r.channel == "pip"), None)
    python = next((r for r in environment.requirements if r.name == "python"), None)
    if wanted is None or python is None or environment.python is None:
        return
    releases = [(Version(row[0]), SpecifierSet(row[1])) for row in rows_cached("server_requires")]
    asked = [release for release in releases if not wanted.specifier or admits(wanted, release[0])]
    fitting = [version for version, supported in asked if supported.contains(environment.python, prereleases=True)]
    if not asked or releases[-1][1].contains(environment.python, prereleases=True):
        return
    best = max(fitting, default=None)
    if best is not None and wanted.exact:
        return
    last = max(
        v
        for v, supported in releases
        if supported.contains(environment.python, prereleases=True) or v == releases[0][0]
    )
    yield Finding(
        title=f"Python {environment.python} is too old for {SERVER}{wanted.specifier}"
        if best is None
        else f"Python {environment.python} gets an old server: {SERVER} {best} or near it",
        severity=Severity.ERROR if best is None else Severity.WARNING,
        confidence=Confidence.CERTAIN if best is None else Confidence.LIKELY,
        evidence=(quote(environment, python), quote(environment, wanted)),
        about=("module:azureml_inference_server_http",),
        fixes=(
            Fix(title="use a Python that the current server supports", commands=("- python=3.11",)),
            Fix(
                title="or, to keep the Python, ask for the last server that supports it",
                commands=(f"- {SERVER}~={last.major}.{last.minor}.0",),
            ),
        ),
    )


CASES = (
    fires(
        beside(conda("python=3.8", "pip", pip=("azureml-inference-server-http~=1.4",))),
        saw="too old",
        line=5,
        findings=1,
    ),
    fires(beside(conda("python=3.7.16", "pip", pip=("azureml-inference-server-http==1.5.1",))), saw="too old"),
    fires(beside(conda("python=3.8", "pip", pip=("azureml-inference-server-http",))), saw="gets an old server"),
    quiet(beside(conda("python=3.9", "pip", pip=("azureml-inference-server-http~=1.4",)))),
    quiet(beside(conda("python=3.8", "pip", pip=("azureml-inference-server-http==1.3.4",))), name="pinned on purpose"),
    quiet(beside(conda("python=3.8", "pip", pip=("azureml-defaults",)))),
    quiet(beside(requirements("azureml-inference-server-http~=1.4"))),
)
