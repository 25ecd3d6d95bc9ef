"""What an import name is called as a distribution, and whether the environment file or this interpreter has it."""

from packaging.utils import canonicalize_name

from checks.dependencies.names import brought_by, distributions_for, is_standard
from checks.evidence import EnvironmentFile, Evidence, Installed, Probe, Requirement
from checks.finding import Fix, Safety

PYTHON = "Python"
"""Stands for the distribution that brings the standard library."""

NAMESPACES = frozenset({"azure", "azureml", "google", "zope", "sphinxcontrib"})
"""Top-level names that many distributions share: who provides one part says nothing of another."""


def pin(distribution: str, version: str | None, reason: str) -> Fix:
    """The fix that holds a distribution, or Python itself, at a version; a placeholder where none is known."""
    shown = version or "<version>"
    safety = Safety.REVIEW if version else Safety.PLACEHOLDER
    if distribution == PYTHON:
        return Fix(title=f"run Python {shown}, {reason}", safety=safety, commands=(f"python={shown}",))
    return Fix(title=f"pin {distribution} to {shown}, {reason}", safety=safety, commands=(f"{distribution}=={shown}",))


def listed_in_environment(module: str, evidence: Evidence) -> Requirement | None:
    """The line of the environment file that brings the distribution of a module, itself or along with another."""
    environment = evidence.environment
    if not isinstance(environment, EnvironmentFile):
        return None
    brought = brought_by(environment, evidence.installed)
    sources = {brought[name] for d in distributions_of(module, evidence) if (name := canonicalize_name(d)) in brought}
    return next((r for r in environment.requirements if canonicalize_name(r.name or "-") in sources), None)


def distributions_of(module: str, evidence: Evidence) -> tuple[str, ...]:
    """Distributions that provide an import name, the likeliest first, spelt as their projects write them.

    Who provides it in the probe's interpreter is known; for what is not installed, a table says.
    """
    top = module.split(".", 1)[0]
    if is_standard(top):
        return (PYTHON,)
    installed = evidence.installed
    known = isinstance(installed, Installed) and top not in NAMESPACES
    provided = installed.providers.get(top, ()) if isinstance(installed, Installed) and known else ()
    return tuple(dict.fromkeys((*provided, *distributions_for(module))))


def installed_version(distribution: str, evidence: Evidence) -> str | None:
    """The version that the probe's interpreter has."""
    if distribution == PYTHON:
        return evidence.probe.python if isinstance(evidence.probe, Probe) else None
    if not isinstance(evidence.installed, Installed):
        return None
    wanted = canonicalize_name(distribution)
    return next((v for name, v in evidence.installed.distributions.items() if canonicalize_name(name) == wanted), None)
