"""The model was pickled by other library versions than the service will have.

What it finds
-------------
The versions and class names that a model file records, read from its bytes without loading it, held against the pins of
the environment file, or, without such a file, against the packages of the interpreter that ran the script.

Why it breaks
-------------
A pickle holds the insides of objects as the version that wrote them had them. Where a class has moved or its fields
have changed, loading fails ("No module named 'sklearn.ensemble.forest'", "node array from the pickle has an
incompatible dtype", "No module named 'numpy._core'"), so init() raises and the worker exits with code 3. Between other
versions it may load and answer differently; scikit-learn then warns with InconsistentVersionWarning.

How to fix
----------
Pin the version that wrote the model, with a Python that has it, or train the model again with the pinned versions.

Learn more
----------
Source: scikit-learn documentation, "Model persistence"; the names come from comparing the releases 0.20 to 1.9, the
boundaries of joblib, numpy, pandas, scipy and xgboost from loading each one's pickles with the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from checks.cases import fires, quiet, script
from checks.check import check
from checks.dependencies.examples import SERVE, beside, conda, requirements
from checks.dependencies.names import brought_by
from checks.dependencies.subject import quote
from checks.dependencies.versions import NEWEST, Expected, admits, boundaries, expected, installable, parse
from checks.evidence import EnvironmentFile, Evidence, Installed, ModelFile, ModelFolder
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage

MARKERS = frozenset({"numpy", "joblib"})
"""Distributions of which a pickle tells only that it was this version or a newer one."""


@dataclass(frozen=True)
class Name:
    """One row of the table: a name in pickles, and the versions that cannot read it when these wrote it."""

    distribution: str
    name: str
    writers: str
    readers: str


@cache
def _names() -> dict[str, tuple[Name, ...]]:
    found: dict[str, list[Name]] = {}
    for distribution, name, writers, readers in boundaries():
        found.setdefault(name, []).append(Name(distribution, name, writers, readers))
    return {name: tuple(rows) for name, rows in found.items()}


@check(
    "dependencies.model-version-mismatch",
    needs=("models",),
    stage=Stage.INIT,
    explains=(
        "runtime.unpickle-failed",
        "runtime.model-of-other-version",
        "runtime.warned",
        "runtime.init-raised",
        "runtime.import-raised",
        "runtime.run-raised",
        "runtime.module-missing",
        "runtime.attribute-gone",
    ),
)
def model_version_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each distribution whose version does not fit a model file."""
    assert isinstance(evidence.models, ModelFolder)
    environment = evidence.environment
    brought: tuple[str, ...] = ()
    if isinstance(environment, EnvironmentFile):
        brought = tuple(brought_by(environment, evidence.installed))
    told: set[str] = set()
    for file in evidence.models.files:
        for distribution in dict.fromkeys((*(n.distribution for n in _hits(file)), *file.versions)):
            if distribution in told:
                continue
            meets = expected(environment, evidence.installed, distribution, brought)
            if meets is None:
                continue
            finding = _unreadable(evidence, file, distribution, meets) or _different(
                evidence, file, distribution, meets
            )
            if finding:
                told.add(distribution)
                yield finding


def _hits(file: ModelFile) -> list[Name]:
    """Rows of the table that speak of a name in the file, its own version being among the writers."""
    found: dict[Name, None] = {}
    for full in file.classes:
        parts = full.split(".")
        for length in range(2, len(parts) + 1):
            for row in _names().get(".".join(parts[:length]), ()):
                wrote = parse(file.versions.get(row.distribution))
                if row.writers == "*" or (wrote and SpecifierSet(row.writers).contains(wrote, prereleases=True)):
                    found[row] = None
    return list(found)


def _unreadable(evidence: Evidence, file: ModelFile, distribution: str, meets: Expected) -> Finding | None:
    """The version that the service meets is known to fail on what the file holds."""
    hits = [
        row
        for row in _hits(file)
        if row.distribution == distribution and SpecifierSet(row.readers).contains(meets.version, prereleases=True)
    ]
    if not hits:
        return None
    row = hits[0]
    wrote = _wrote(file, distribution)
    gone = "has another layout in" if row.writers != "*" else "does not exist in"
    return _finding(
        evidence,
        file,
        distribution,
        meets,
        title=f"{meets.named(distribution)} cannot read {_base(file)}{f', written by {wrote}' if wrote else ''}",
        text=f"`{row.name}` {gone} {distribution} {row.readers}{f'; written by {wrote}' if wrote else ''}",
        why=f"A pickle holds the insides of objects as the version that wrote them had them. `{row.name}` {gone} "
        f"{distribution} {row.readers}, so loading fails, init() raises and the worker exits with code 3.",
        severity=Severity.ERROR,
        modules=tuple(dict.fromkeys(m for hit in hits for m in (hit.name.split(".")[0], hit.name))),
    )


def _different(evidence: Evidence, file: ModelFile, distribution: str, meets: Expected) -> Finding | None:
    """No known break, but not the version that wrote the file."""
    wrote = parse(file.versions.get(distribution))
    if wrote is None or distribution in MARKERS or meets.version == NEWEST:
        return None
    if (wrote.major, wrote.minor) == (meets.version.major, meets.version.minor):
        return None
    if meets.requirement is not None and meets.how != "pinned" and _may_be(meets, wrote):
        return None
    if file.format == "xgboost" and wrote <= meets.version:
        return None  # a format made to be read by later versions
    severity = (
        Severity.WARNING if distribution == "scikit-learn" or wrote.major != meets.version.major else Severity.INFO
    )
    return _finding(
        evidence,
        file,
        distribution,
        meets,
        title=f"{_base(file)} was written by version {wrote}, the service has {meets.named(distribution)}",
        text=f"written by {distribution} {wrote}",
        why=f"A pickle holds the insides of objects as {distribution} {wrote} had them. Another version may refuse "
        "them, or load them and answer differently; scikit-learn warns with InconsistentVersionWarning.",
        severity=severity,
        modules=(_module(distribution),),
    )


def _may_be(meets: Expected, wrote: Version) -> bool:
    """True for a range that admits the very version that wrote the file."""
    return meets.requirement is not None and admits(meets.requirement, wrote)


def _finding(
    evidence: Evidence,
    file: ModelFile,
    distribution: str,
    meets: Expected,
    *,
    title: str,
    text: str,
    why: str,
    severity: Severity,
    modules: tuple[str, ...],
) -> Finding:
    return Finding(
        title=title[:90],
        why=why,
        severity=severity,
        confidence=Confidence.LIKELY if severity is not Severity.INFO else Confidence.POSSIBLE,
        evidence=(Quote(source=file.path, text=text), _met(evidence, distribution, meets)),
        about=(
            f"file:{_base(file)}",
            f"file:{file.path}",
            *(f"module:{name}" for name in (*modules, _module(distribution))),
        ),
        fixes=(_fix(evidence, file, distribution, meets),),
    )


def _met(evidence: Evidence, distribution: str, meets: Expected) -> Quote:
    environment = evidence.environment
    if isinstance(environment, EnvironmentFile):
        if meets.requirement is not None:
            return quote(environment, meets.requirement)
        python = f" that Python {environment.python} can have" if environment.python else ""
        return Quote(
            source=environment.path, text=f"does not list {distribution}: the newest release{python} comes along"
        )
    return Quote(source="installed", text=f"{distribution} {meets.version}; there is no environment file")


def _fix(evidence: Evidence, file: ModelFile, distribution: str, meets: Expected) -> Fix:
    wrote = _wrote(file, distribution)
    if not wrote:
        return Fix(
            title=f"pin the version of {distribution} that wrote {_base(file)}, or train again with the version here",
            safety=Safety.PLACEHOLDER,
            commands=(f"{distribution}==<version>",),
        )
    if distribution in MARKERS:
        return Fix(
            title=f"ask for {distribution} {wrote}, or write the model again with an older one",
            commands=(f"{distribution}>={file.versions[distribution]}",),
        )
    equals = "=" if meets.requirement is not None and meets.requirement.channel == "conda" else "=="
    if installable(evidence.environment, distribution, wrote):
        return Fix(
            title=f"pin {distribution} to the version that wrote {_base(file)}, or train again with the version here",
            commands=(f"{distribution}{equals}{wrote}",),
        )
    environment = evidence.environment
    python = environment.python if isinstance(environment, EnvironmentFile) else "?"
    return Fix(
        title=f"train the model again: there is no {distribution} {wrote} for Python {python}, and an old Python needs "
        "an old server",
    )


def _wrote(file: ModelFile, distribution: str) -> str:
    """The version that wrote a file, as a title shows it; empty when the file does not tell."""
    version = file.versions.get(distribution, "")
    return f"{version} or newer" if version and distribution in MARKERS else version


def _base(file: ModelFile) -> str:
    return file.path.rsplit("/", 1)[-1]


def _module(distribution: str) -> str:
    return "sklearn" if distribution == "scikit-learn" else distribution


def _model(*classes: str, **versions: str) -> ModelFolder:
    known = {name.replace("_", "-"): version for name, version in versions.items()}
    file = ModelFile(path="model.pkl", size=900, format="pickle", protocol=4, classes=classes, versions=known)
    return ModelFolder(path="model", files=(file,))


FOREST = _model("sklearn.ensemble.forest.RandomForestClassifier", scikit_learn="0.20.3")
TREE = _model("sklearn.tree._tree.Tree", scikit_learn="1.2.2")
LINEAR = _model("sklearn.linear_model._logistic.LogisticRegression", scikit_learn="1.2.2")
NUMPY2 = _model("numpy._core.multiarray._reconstruct", numpy="2")

CASES = (
    fires(
        beside(conda("python=3.11", "scikit-learn", "numpy"), models=FOREST),
        saw="`sklearn.ensemble.forest` does not exist in scikit-learn >=0.24",
        findings=1,
    ),
    fires(beside(requirements("scikit-learn==1.5.2"), models=TREE), saw="has another layout in scikit-learn >=1.3"),
    fires(beside(conda("python=3.9", "numpy=1.24"), models=NUMPY2), saw="numpy 1.24 cannot read model.pkl"),
    fires(beside(conda("python=3.8", "scikit-learn"), models=NUMPY2), saw="does not list numpy"),
    fires(
        script(SERVE).replace(models=TREE, installed=Installed(distributions={"scikit-learn": "1.9.1"})),
        saw="there is no environment file",
    ),
    fires(
        beside(requirements("scikit-learn==1.5.2"), models=LINEAR),
        saw="was written by version 1.2.2, the service has scikit-learn 1.5.2",
    ),
    quiet(beside(requirements("scikit-learn==1.2.1"), models=TREE), name="the same minor version"),
    quiet(
        beside(requirements("scikit-learn>=1.2"), models=LINEAR), name="a range that admits the writer, nothing moved"
    ),
    quiet(beside(conda("python=3.8", "scikit-learn=1.2.2"), models=TREE)),
    quiet(beside(conda("python=3.11", "numpy>=1.26"), models=NUMPY2)),
    quiet(beside(conda("python=3.11", "numpy<3"), models=NUMPY2)),
    quiet(beside(conda("python=3.7", "scikit-learn"), models=_model("sklearn.tree._tree.Tree", scikit_learn="1.0.2"))),
    quiet(beside(requirements("pandas"), models=LINEAR), name="not listed: another check"),
)
