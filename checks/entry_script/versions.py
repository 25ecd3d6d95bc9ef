"""Which version of a package the service will have, as far as the evidence tells."""

from enum import Enum

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from checks.evidence import EnvironmentFile, Evidence, Installed, Probe

ALSO = {
    "tensorflow": ("tensorflow-cpu", "tensorflow-gpu", "tensorflow-intel", "intel-tensorflow"),
    "torch": ("pytorch", "pytorch-cpu", "pytorch-gpu"),
    "openai": (),
}


class State(Enum):
    """Whether something that a release removed is there."""

    THERE = "there"
    GONE = "gone"
    UNKNOWN = "unknown"


def removal_state(evidence: Evidence, package: str, removed_in: str, back_in: str | None = None) -> tuple[State, str]:
    """Whether `removed_in` of `package` (or newer, but older than `back_in`) is in use, and how that is known."""
    if not removed_in:
        return State.GONE, ""
    for found in _versions(evidence, package):
        state = _judge(found[0], removed_in, back_in)
        if state is not State.UNKNOWN:
            return state, found[1]
    return (State.THERE if back_in else State.UNKNOWN), ""


RECENT = {"python": "3.12", "numpy": "2.4", "pandas": "3.0", "scikit-learn": "1.6", "scipy": "1.15", "setuptools": "82"}


def is_recent(package: str, removed_in: str) -> bool:
    """True for a release so new that an environment which does not pin the package may well have an older one."""
    return package in RECENT and bool(removed_in) and Version(removed_in) >= Version(RECENT[package])


def _versions(evidence: Evidence, package: str) -> list[tuple[str, str]]:
    """Specifiers in the order of their weight, each with the words that name its source."""
    found: list[tuple[str, str]] = []
    environment = evidence.environment
    if package == "python":
        if isinstance(environment, EnvironmentFile) and environment.python:
            found.append((f"=={environment.python}", f"{environment.path} pins Python {environment.python}"))
        elif isinstance(evidence.probe, Probe):
            found.append((f"=={evidence.probe.python}", f"the interpreter here is Python {evidence.probe.python}"))
        return found
    names = {package, *ALSO.get(package, ())}
    if isinstance(environment, EnvironmentFile):
        for asked in environment.requirements:
            if asked.name in names:
                specifier = f"=={asked.exact}" if asked.exact else asked.specifier
                found.append((specifier, f"{environment.path} asks for {asked.text.strip()}"))
    elif isinstance(evidence.installed, Installed):
        here = evidence.installed.distributions
        found += [
            (f"=={here[name]}", f"{name} {here[name]} is installed here") for name in sorted(names) if name in here
        ]
    return found


def _judge(specifier: str, removed_in: str, back_in: str | None) -> State:
    text = specifier.strip()
    if text.startswith("=") and not text.startswith("=="):
        text = f"=={text.lstrip('=').split('=')[0].removesuffix('.*')}.*"  # conda's `=1.2` admits 1.2.x
    elif text[:1].isdigit():
        text = f"=={text}"
    try:
        admitted, gone = SpecifierSet(text, prereleases=True), Version(removed_in)
        back = Version(back_in) if back_in else None
    except (InvalidSpecifier, InvalidVersion):
        return State.UNKNOWN
    pinned = [s.version for s in admitted if s.operator in {"==", "==="}]
    if pinned:
        try:
            exact = Version(pinned[0].removesuffix(".*"))
        except InvalidVersion:
            return State.UNKNOWN
        width = len(exact.release)
        is_old = exact.release < gone.release[:width] or (exact < gone and pinned[0].count(".*") == 0 and width > 1)
        return State.THERE if is_old or (back and exact >= back) else State.GONE
    if back is not None:
        return State.GONE if not admitted.contains("9999") and admitted.contains(removed_in) else State.UNKNOWN
    major, minor = (*gone.release, 0)[:2]
    newer = (removed_in, f"{removed_in}.1", f"{major}.{minor + 1}", f"{major}.{minor + 2}", f"{major + 1}.0", "9999")
    return State.GONE if any(admitted.contains(v) for v in newer) else State.THERE
