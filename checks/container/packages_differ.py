"""Packages inside are not those that the environment file asks for.

What it finds
-------------
The versions inside that the specifiers of the environment file do not admit, and packages that it lists and that are
not inside.

Why it breaks
-------------
The image was built from another state of the file, or a later step replaced packages. What was tested with the file's
versions meets others: names are gone, models of another version do not load.

How to fix
----------
Build the image again from the file. When a later `pip install` in the Dockerfile replaces a version, install all
packages in one step, so that pip resolves them together.

Learn more
----------
pip documentation, "Dependency resolution": a later install may replace what an earlier one chose.
"""

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from checks.cases import fires, quiet
from checks.check import check
from checks.container.places import container_of
from checks.container.remake import executed
from checks.container.scenes import APP, folder, frozen, seen
from checks.containers import Image
from checks.dependencies.names import imports_of, pip_name
from checks.dependencies.versions import admits, parse
from checks.evidence import EnvironmentFile, Evidence, Installed, Requirement
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.observed import conda_file
from checks.runtime.wording import base_name, titled
from checks.text import listed

_NOT_DISTRIBUTED = frozenset({"python", "pip", "setuptools", "wheel"})


@check(
    "container.packages-differ",
    needs=("container", "inside", "environment", "installed"),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    explains=(
        "runtime.attribute-gone",
        "runtime.import-name-missing",
        "runtime.model-of-other-version",
        "runtime.binary-mismatch",
        "logs.import-name-missing",
        "logs.module-attribute-missing",
    ),
)
def packages_differ(evidence: Evidence) -> Iterator[Finding]:
    """One finding for all packages that differ."""
    container, environment, installed = container_of(evidence), evidence.environment, evidence.installed
    assert isinstance(environment, EnvironmentFile), "declared in needs"
    assert isinstance(installed, Installed), "declared in needs"
    inside: dict[str, str] = {canonicalize_name(name): version for name, version in installed.distributions.items()}
    if not inside:
        return
    other = [(r, inside[n]) for r, n in _asked(environment) if n in inside and not _fits(r, inside[n])]
    absent = [r for r, n in _asked(environment) if n not in inside and r.channel == "pip"]
    if not other:
        return  # what is missing alone: container.package-not-inside tells what is imported
    first, version = other[0]
    head = f"{first.name} {version} is inside, {base_name(environment.path)} asks for {first.specifier}"
    if len(other) > 1:
        head = f"{len(other)} packages inside are not those of {base_name(environment.path)}"
    image = container.image.reference if isinstance(container.image, Image) else "<image>"
    quotes = [
        Quote(source=environment.path, line=r.line, text=f"{r.text.strip()}; inside is {r.name} {found}")
        for r, found in other[:6]
    ]
    if len(other) > 6:
        quotes.append(Quote(source="inside", text=f"{listed([f'{r.name} {found}' for r, found in other[6:]], 8)}"))
    if absent:
        quotes.append(Quote(source="inside", text=f"there is no {listed([r.name for r in absent], 8)}"))
    modules = [module for r, _ in other for module in imports_of(pip_name(r))]
    yield Finding(
        title=titled(head, 88),
        evidence=tuple(quotes),
        about=(f"package:{first.name}", *(f"module:{module}" for module in dict.fromkeys(modules))),
        fixes=(
            Fix(
                title=f"build {image} again from {base_name(environment.path)}, all packages in one step",
                safety=Safety.PLACEHOLDER if "<" in image else Safety.REVIEW,
                commands=(f"docker build --no-cache -t {image} .",),
            ),
        ),
        confirm=executed(container, "python3 -m pip freeze"),
    )


def _asked(environment: EnvironmentFile) -> Iterator[tuple[Requirement, str]]:
    """Requirements that are Python packages, with their normalised names."""
    for requirement in environment.requirements:
        name = pip_name(requirement)
        if name and name not in _NOT_DISTRIBUTED:
            yield requirement, name


def _fits(requirement: Requirement, version: str) -> bool:
    known = requirement.admits.get(version)
    found = parse(version)
    return known if known is not None else found is None or not requirement.specifier or admits(requirement, found)


def _file(*pins: str) -> EnvironmentFile:
    plain = conda_file(*(pin.partition("==")[0] for pin in pins))
    return EnvironmentFile(
        path=plain.path,
        kind="conda",
        requirements=tuple(
            Requirement(name=r.name, specifier=pin[len(r.name) :], channel="pip", line=r.line, text=f"- {pin}")
            for r, pin in zip(plain.requirements, pins, strict=True)
        ),
    )


def _packages(file: EnvironmentFile, **inside: str) -> Evidence:
    made = seen(frozen(folder(APP, "score.py")), installed=Installed(distributions=inside))
    return made.replace(environment=file)


CASES = (
    fires(_packages(_file("numpy==1.26.4"), numpy="2.1.0"), saw="numpy 2.1.0 is inside, conda.yml asks for ==1.26.4"),
    fires(
        _packages(_file("numpy==1.26.4", "pandas==2.0.0", "joblib"), numpy="2.1.0", pandas="2.2.0"),
        saw="there is no joblib",
        findings=1,
    ),
    quiet(_packages(_file("numpy==1.26.4"), numpy="1.26.4")),
    quiet(_packages(_file("numpy"), numpy="2.1.0"), name="no version is asked for"),
    quiet(_packages(_file("numpy==1.26.*"), numpy="1.26.4"), name="a range"),
    quiet(_packages(_file("numpy==1.26.4", "lightgbm"), numpy="1.26.4"), name="missing alone: another check"),
    quiet(_packages(_file("numpy==1.26.4")), name="nothing is known to be inside"),
)
