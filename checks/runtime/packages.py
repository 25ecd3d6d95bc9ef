"""What an import name is called as a distribution, and whether the environment file or this interpreter has it."""

from packaging.utils import canonicalize_name

from checks.dependencies.names import brought_by, distributions_for
from checks.evidence import EnvironmentFile, Evidence, Installed, Requirement


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
    installed = evidence.installed
    provided = installed.providers.get(top, ()) if isinstance(installed, Installed) else ()
    return tuple(dict.fromkeys((*provided, *distributions_for(module))))


def installed_version(distribution: str, evidence: Evidence) -> str | None:
    """The version that the probe's interpreter has."""
    if not isinstance(evidence.installed, Installed):
        return None
    wanted = canonicalize_name(distribution)
    return next((v for name, v in evidence.installed.distributions.items() if canonicalize_name(name) == wanted), None)
