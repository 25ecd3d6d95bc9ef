"""Conda's match specs, and whether a specifier admits a version. `py-rattler`, conda's own rules, decides."""

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from checks.evidence import Requirement

_SIMPLE = re.compile(
    r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*?)\s*(?P<specifier>(?:===?|==?|>=|<=|>|<|!=)\s*\d[\w.]*)?\Z"
)
_NUMERIC = re.compile(r"(?:(?:>=|<=|<|>|==|!=)\d+(?:\.\d+)*(?:,(?!\Z)|\Z))+")  # where conda's order is pip's
_WRITTEN = re.compile(r"(?:[^\s=<>!~\[]*::)?[\w.-]+?(?=[\s=<>!~\[]|\Z)\s*(?P<specifier>.*)\Z", re.DOTALL)


def conda_requirement(text: str, line: int) -> Requirement:
    """One item of `dependencies`. Raises ValueError when conda would refuse it.

    The plain forms (`name`, `name=1.2`, `name>=1`) mean the same to everybody and need no library.
    """
    if simple := _SIMPLE.match(text):
        name, specifier = simple["name"], "".join((simple["specifier"] or "").split())
        return _requirement(name, specifier, _exact(specifier), text, line)
    from rattler import MatchSpec
    from rattler.exceptions import InvalidMatchSpecError

    try:
        spec = MatchSpec(text.strip())
    except InvalidMatchSpecError as error:
        raise ValueError(str(error).split("\n")[0]) from error
    if spec.name is None:
        raise ValueError("a match spec without a name")
    written = _WRITTEN.match(text.strip())
    version = str(spec.version) if spec.version is not None else ""
    exact = version.removeprefix("==") if re.fullmatch(r"==[\w.+!]+", version) else _prefix(version)
    return _requirement(str(spec.name.normalized), written["specifier"].strip() if written else "", exact, text, line)


def _requirement(name: str, specifier: str, exact: str | None, text: str, line: int) -> Requirement:
    return Requirement(
        name=canonicalize_name(name), specifier=specifier, channel="conda", line=line, text=text, exact=exact
    )


def _exact(specifier: str) -> str | None:
    """The one version of `==1.2`, and of `=1.2.3`: a prefix of three numbers names one version in practice."""
    if specifier.startswith("=="):
        return specifier.lstrip("=")
    return _prefix(specifier.removeprefix("=") + ".*") if specifier.startswith("=") else None


def _prefix(version: str) -> str | None:
    prefix = re.fullmatch(r"(\d+\.\d+\.\d+[\w.]*?)\.\*", version)
    return prefix[1] if prefix else None


def admits(requirement: Requirement, version: str) -> bool:
    """True when the requirement's specifier lets that version be installed. What cannot be judged is admitted."""
    if requirement.exact is not None and re.fullmatch(r"=[^=].*", requirement.specifier):
        return same(requirement.exact, version)
    if not requirement.specifier:
        return requirement.exact is None or same(requirement.exact, version)
    if requirement.channel == "pip":
        try:
            return SpecifierSet(requirement.specifier).contains(version, prereleases=True)
        except InvalidSpecifier:
            return True
    if _NUMERIC.fullmatch(requirement.specifier) and re.fullmatch(r"\d+(?:\.\d+)*", version):
        return SpecifierSet(requirement.specifier).contains(version)
    from rattler import MatchSpec, Version, VersionSpec
    from rattler.exceptions import InvalidMatchSpecError, InvalidVersionError

    try:
        spec = MatchSpec(requirement.text.strip())
        return spec.version is None or VersionSpec(str(spec.version)).matches(Version(version))
    except (InvalidMatchSpecError, InvalidVersionError):
        return True


def same(one: str, other: str) -> bool:
    """True when two spellings name one version: `1.0` and `1.0.0`."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other
