"""A pin contradicts what the inference server requires.

What it finds
-------------
Pins of flask, flask-cors, werkzeug, jinja2, markupsafe, itsdangerous, click, gunicorn, pydantic and inference-schema,
held against the requirements of the releases of `azureml-inference-server-http` that the file admits.

Why it breaks
-------------
The server pins what it needs itself. When no release of it fits the pin, pip stops with "ResolutionImpossible"; when
only an old one fits, pip installs that silently, with other rules for requests and answers.

How to fix
----------
Take the line out and let the server bring the package, unless the script itself uses it.

Learn more
----------
Source: the package metadata of azureml-inference-server-http 0.4.13, 0.7.7, 0.8.4, 1.0.0, 1.3.4, 1.4.1 and 1.5.1.
"""

from collections.abc import Iterator

from packaging.requirements import Requirement as Pep508
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.examples import beside, conda, requirements
from checks.dependencies.names import brought_by, pip_name
from checks.dependencies.subject import SERVER, environment_of, quote, without
from checks.dependencies.versions import NEWEST, admits, parse, rows_cached
from checks.evidence import EnvironmentFile, Evidence, Requirement
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage

_BROUGHT = frozenset({"flask", "flask-cors", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "gunicorn"})


@check("dependencies.fights-server", needs=("environment",), stage=Stage.BUILD)
def fights_server(evidence: Evidence) -> Iterator[Finding]:
    """Ask which known releases of the server each pin leaves."""
    environment = environment_of(evidence)
    if SERVER not in brought_by(environment, evidence.installed) or not _is_free(environment):
        return
    releases = _admitted(environment)
    for requirement in environment.requirements:
        name = pip_name(requirement)
        if requirement.channel != "pip" or not requirement.specifier:
            continue
        fits = {version: _fits(requirement, wanted.get(name)) for version, wanted in releases.items()}
        if not fits or all(fits.values()) or fits[max(fits)]:
            continue
        left = [version for version, fit in fits.items() if fit]
        newest = max(fits)
        edits = without(environment, requirement) if name in _BROUGHT else ()
        yield Finding(
            title=f"`{requirement.text}` fits no release of the inference server that is asked for"[:90]
            if not left
            else f"`{requirement.text}` lets only an old inference server in: {max(left)}"[:90],
            severity=Severity.WARNING if left else Severity.ERROR,
            confidence=Confidence.LIKELY,
            evidence=(
                quote(environment, requirement),
                Quote(source=f"{SERVER} {newest}", text=f"requires {name}{releases[newest][name]}"),
            ),
            about=(f"module:{name.replace('-', '_')}",),
            fixes=(
                Fix(
                    title=f"take `{requirement.text}` out; the server brings {name}",
                    safety=Safety.REVIEW,
                    edits=edits,
                    commands=() if edits else (f"{name}{releases[newest][name]}",),
                ),
            ),
        )


def _is_free(environment: EnvironmentFile) -> bool:
    """False when an older azureml-defaults is pinned: which server that brings is not known, and it may well fit."""
    names = {r.name: r for r in environment.requirements}
    return SERVER in names or ("azureml-defaults" in names and not names["azureml-defaults"].specifier)


def _admitted(environment: EnvironmentFile) -> dict[Version, dict[str, SpecifierSet]]:
    """Known releases of the server that the file and its Python let in, and what each requires."""
    own = next((r for r in environment.requirements if r.name == SERVER), None)
    found: dict[Version, dict[str, SpecifierSet]] = {}
    for release, python, wanted in rows_cached("server_requires"):
        version = Version(release)
        if environment.python and not SpecifierSet(python).contains(environment.python, prereleases=True):
            continue
        if own is not None and own.specifier and not admits(own, version):
            continue
        parsed = [Pep508(text) for text in wanted.split(";")]
        found[version] = {requirement.name: requirement.specifier for requirement in parsed}
    return found


def _fits(requirement: Requirement, wanted: SpecifierSet | None) -> bool:
    """True when some version satisfies both: the pinned one, or one that either of the two speaks of."""
    if wanted is None:
        return True
    if exact := parse(requirement.exact):
        return wanted.contains(exact, prereleases=True)
    try:
        asked = SpecifierSet(requirement.specifier)
    except ValueError:
        return True
    named = [v for spec in (*asked, *wanted) if (v := parse(spec.version.rstrip(".*")))]
    near = [Version(f"{v.major}.{v.minor}.9999") for v in named] + [
        Version(f"{max(v.major - 1, 0)}.9999") for v in named
    ]
    return any(
        asked.contains(version, prereleases=True) and wanted.contains(version, prereleases=True)
        for version in (*named, *near, NEWEST)
    )


CASES = (
    fires(
        beside(requirements("azureml-inference-server-http~=1.4", "flask==2.0.1")),
        line=2,
        saw="fits no release",
        fixed="azureml-inference-server-http~=1.4\n",
    ),
    fires(beside(requirements("azureml-inference-server-http", "pydantic<2")), saw="an old inference server in: 1.0.0"),
    fires(beside(conda("python=3.11", "pip", pip=("azureml-defaults", "werkzeug==2.0.3"))), saw="werkzeug"),
    quiet(beside(requirements("azureml-inference-server-http~=1.4", "flask", "pydantic>=2", "werkzeug>=3"))),
    quiet(beside(requirements("azureml-inference-server-http==0.8.4", "pydantic==1.10.13", "flask==2.2.5"))),
    quiet(beside(requirements("flask==2.0.1")), name="no server of ours"),
    quiet(
        beside(conda("python=3.9", pip=("azureml-defaults==1.53.0", "inference-schema[numpy-support]==1.5.1"))),
        name="an old server brought by an old azureml-defaults",
    ),
    quiet(beside(requirements("azureml-inference-server-http~=1.4", "inference-schema[numpy-support]>=1.8"))),
)
