"""A name that the script imports from a module is not in it.

What it finds
-------------
An `ImportError` of the form `cannot import name 'a' from 'b'`, unless a circle of imports or a file that hides the real
module explains it.

Why it breaks
-------------
The module was found, the name in it was not: another version of the package is installed than the script was written
for, or the name is misspelt. The import fails, so the worker exits with code 3 and the container restarts.

How to fix
----------
Pin the package to the version the script was written for, or import what took the name's place.

Learn more
----------
Python documentation, `ImportError`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Quote, Stage
from checks.runtime.failures import RAISED
from checks.runtime.imports import import_name
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.packages import distributions_of, installed_version, pin
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.import-name-missing", needs=("probe",), stage=Stage.LOAD, explains=RAISED)
def import_name_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name the module, its version, and the name it does not have."""
    for failure in told_by("runtime.import-name-missing", evidence):
        found = import_name(failure)
        if found is None:
            continue
        name, module, _ = found
        top = module.split(".", 1)[0]
        distribution = distributions_of(top, evidence)[0]
        version = installed_version(distribution, evidence)
        saw = (Quote(source="probe", text=f"{distribution} {version} is installed"),) if version else ()
        yield failure.finding(
            titled(f"`{module}` has no name `{name}` to import", 88),
            saw=saw,
            about=(f"module:{top}", f"module:{module}", f"name:{name}"),
            fixes=(pin(distribution, None, "the one the script was written for"),),
        )


SCRIPT = "from sklearn.preprocessing import Imputer\n\ndef init(): ...\ndef run(data): return 1\n"
WHERE = "/opt/miniconda/lib/python3.11/site-packages/sklearn/preprocessing/__init__.py"


def _says(text: str) -> Evidence:
    return seen(SCRIPT, raised_in(Phase.IMPORT, "ImportError", text, at(SCRIPT, "Imputer")))


CASES = (
    fires(
        _says(f"cannot import name 'Imputer' from 'sklearn.preprocessing' ({WHERE})"),
        saw="`sklearn.preprocessing` has no name `Imputer` to import",
        line=1,
        findings=1,
    ),
    fires(_says("cannot import name 'Imputer' from 'sklearn.preprocessing'"), name="older interpreters give no path"),
    quiet(
        _says("cannot import name 'a' from partially initialized module 'b' (most likely due to a circular import)"),
        name="a circle of imports",
    ),
    quiet(_says("libGL.so.1: cannot open shared object file: No such file or directory"), name="a system library"),
    quiet(seen(SCRIPT, *started())),
)
