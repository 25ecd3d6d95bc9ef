"""Which version of a package an environment file comes down to, as far as the file, its Python and data tell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from checks.dependencies.names import pip_name, rows
from checks.dependencies.subject import python_of
from checks.evidence import EnvironmentFile, Installed, Missing, Requirement

NEWEST = Version("9999")
"""Stands for the newest release there is."""


@dataclass(frozen=True)
class Expected:
    """The version that an image will have, or that the probe's interpreter has.

    `how`: `pinned` to one version; `range`, the newest that the specifier admits; `newest`, nothing holds it back but
    the version of Python; `installed`, there is no environment file.
    """

    version: Version
    how: Literal["pinned", "range", "newest", "installed"]
    requirement: Requirement | None = None

    def named(self, distribution: str) -> str:
        """Distribution and version for a title: `numpy 1.24`, `the newest numpy`."""
        if self.version == NEWEST:
            return f"the newest {distribution}"
        return f"{distribution} {str(self.version).removesuffix('.9999')}"


def expected(
    environment: EnvironmentFile | Missing, installed: Installed | Missing, distribution: str, brought: Iterable[str]
) -> Expected | None:
    """What version of a distribution the service meets; None when nothing installs it.

    `brought` are the distributions that listed packages bring along. Without an environment file the interpreter's own
    version counts.
    """
    if not isinstance(environment, EnvironmentFile):
        version = parse(installed.distributions.get(distribution)) if isinstance(installed, Installed) else None
        return Expected(version, "installed") if version else None
    asked = [r for r in environment.requirements if pip_name(r) == distribution]
    ceiling = _ceiling(environment, distribution)
    if not asked:
        return Expected(ceiling, "newest") if distribution in set(brought) else None
    requirement = next((r for r in asked if r.exact), asked[-1])
    if exact := parse(requirement.exact):
        return Expected(exact, "pinned", requirement)
    if not requirement.specifier:
        return Expected(ceiling, "newest", requirement)
    admitted = [v for v in _candidates(requirement, distribution, ceiling) if v <= ceiling and admits(requirement, v)]
    return Expected(max(admitted), "range", requirement) if admitted else None


def admits(requirement: Requirement, version: Version) -> bool:
    """True when the requirement's specifier lets the version in; also when it cannot be told."""
    known = requirement.admits.get(str(version))
    if known is not None:
        return known
    alternatives = _alternatives(requirement.specifier, requirement.channel)
    return alternatives is None or any(spec.contains(version, prereleases=True) for spec in alternatives)


@cache
def _alternatives(specifier: str, channel: str) -> tuple[SpecifierSet, ...] | None:
    """The specifier in pip's terms: one set for each alternative of conda's `|`; None when it is none."""
    try:
        if channel == "pip":
            return (SpecifierSet(re.sub(r"^=(?!=)", "==", specifier)),)
        return tuple(
            SpecifierSet(",".join(_as_pip(clause) for clause in part.split(",") if clause.strip()))
            for part in specifier.split("|")
        )
    except InvalidSpecifier:
        return None


def _as_pip(clause: str) -> str:
    """One clause of a conda specifier: `=1.2` is a prefix, `1.2` and `==1.2` are exact, build strings go."""
    text = clause.strip()
    if prefix := re.fullmatch(r"=(?!=)\s*([\w.!+]+?)(?:\.?\*)?(?:=\S*)?", text):
        return f"=={prefix[1]}.*"
    if star := re.fullmatch(r"(?:==)?\s*([\w.!+]+?)\.?\*", text):
        return f"=={star[1]}.*"
    if plain := re.fullmatch(r"([\w.!+]+)(?:\s+\S+)?", text):
        return f"=={plain[1]}"
    return text


def _candidates(requirement: Requirement, distribution: str, ceiling: Version) -> list[Version]:
    """Versions worth asking for: those that the specifier and the tables speak of, those right before, the newest."""
    texts = re.findall(r"\d+(?:\.\d+)*", requirement.specifier)
    texts += [
        number for row in boundaries() if row[0] == distribution for number in re.findall(r"\d+(?:\.\d+)*", row[3])
    ]
    found = [version for text in texts if (version := parse(text))]
    found += [before for version in list(found) if (before := _before(version))]
    return [*found, ceiling, NEWEST]


def _before(version: Version) -> Version | None:
    """A version that stands for the last one before `version`."""
    major, minor, micro = version.major, version.minor, version.micro
    if micro:
        return Version(f"{major}.{minor}.{micro - 1}.9999")
    if minor:
        return Version(f"{major}.{minor - 1}.9999")
    return Version(f"{major - 1}.9999") if major else None


def _ceiling(environment: EnvironmentFile, distribution: str) -> Version:
    """The newest version that the pinned Python can install."""
    python = python_of(environment)
    for name, of, newest in rows_cached("newest_for_python"):
        if name == distribution and python and of == f"{python[0]}.{python[1]}":
            return Version(newest)
    return NEWEST


def installable(environment: EnvironmentFile | Missing, distribution: str, version: str) -> bool:
    """False when the pinned Python is newer than any that had a wheel of that version."""
    python = python_of(environment) if isinstance(environment, EnvironmentFile) else None
    wanted = parse(version)
    for name, of, oldest in rows_cached("oldest_for_python"):
        if name == distribution and python and of == f"{python[0]}.{python[1]}":
            return wanted is None or wanted >= Version(oldest)
    return True


def boundaries() -> tuple[tuple[str, ...], ...]:
    """Names in pickles, and who cannot read them: distribution, name, writer's versions, reader's versions."""
    return rows_cached("unreadable_pickles")


@cache
def rows_cached(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of one table, read once."""
    return tuple(tuple(row) for row in rows(name))


def parse(text: str | None) -> Version | None:
    """A version, None for no text and for what is none."""
    try:
        return Version(text) if text else None
    except InvalidVersion:
        return None
