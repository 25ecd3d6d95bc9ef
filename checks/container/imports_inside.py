"""Which modules the interpreter inside has, and who tells of one that it lacks."""

from checks.container.failed_calls import failed
from checks.containers import Inside, TriedImport
from checks.dependencies.names import distributions_for, is_standard
from checks.evidence import Evidence, Installed
from checks.runtime.packages import NAMESPACES

SHARED = NAMESPACES | {"ruamel", "backports", "opentelemetry"}


def lacks(error: str | None, module: str) -> bool:
    """True when an import failed because the module itself, or its part, is not there."""
    if not error or not error.startswith("ModuleNotFoundError"):
        return False
    name = error.split("'")[1] if error.count("'") >= 2 else error.rsplit(" ", 1)[-1]
    return name == module or module.startswith(f"{name}.") or name.startswith(f"{module}.")


def tried(evidence: Evidence, module: str) -> TriedImport | None:
    """What came of the import of a module alone, None when it was not tried."""
    if not isinstance(evidence.inside, Inside):
        return None
    return next((one for one in evidence.inside.imports if one.module.split(".")[0] == module.split(".")[0]), None)


def has(evidence: Evidence, module: str) -> bool | None:
    """Whether the interpreter inside has a module; None when that is not known."""
    top = module.split(".")[0]
    if is_standard(top):
        return True
    one = tried(evidence, module)
    if one is not None:
        return not lacks(one.error, one.module)
    if isinstance(evidence.inside, Inside) and evidence.inside.modules and top not in SHARED:
        return top in evidence.inside.modules
    installed = evidence.installed
    if not isinstance(installed, Installed) or not installed.providers or top in SHARED:
        return None
    names = {name.lower().replace("_", "-") for name in installed.distributions}
    return top in installed.providers or any(d.lower().replace("_", "-") in names for d in distributions_for(module))


def missed(evidence: Evidence, module: str) -> bool:
    """True when the rehearsal or the log says that the module is missing, so that their finding tells it already."""
    top = module.split(".")[0]
    return any(one.module and one.module.split(".")[0] == top for one in failed(evidence))
