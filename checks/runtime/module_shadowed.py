"""A file of one's own hides a module of the same name.

What it finds
-------------
An import or attribute that fails because a file in the code folder has the name of a standard module or of an installed
package (`random.py`, `requests.py`, `data/`), and is found in its place.

Why it breaks
-------------
Python takes the first module of that name on `sys.path`. Whoever imports it, libraries included, gets the file in the
code folder, which has none of the names of the real module.

How to fix
----------
Rename the file, and the imports that mean it.

Learn more
----------
Python documentation, "The initialization of the sys.path module search path".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED
from checks.runtime.imports import shadowing
from checks.runtime.observed import at, library, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.module-shadowed", needs=("probe", "source"), stage=Stage.LOAD, explains=RAISED)
def module_shadowed(evidence: Evidence) -> Iterator[Finding]:
    """Name the file that stands in the way."""
    for failure in told_by("runtime.module-shadowed", evidence):
        found = shadowing(failure, evidence)
        if found is None:
            continue
        module, file = found
        folder = file.rsplit("/", 1)[0] if "/" in file else file
        yield failure.finding(
            titled(f"{file} hides the module `{module}`", 88),
            saw=(Quote(source="code folder", text=f"{file} is there, and is imported as {module}"),),
            about=(f"module:{module}", f"file:{file}"),
            fixes=(
                Fix(
                    title=f"rename {folder} to <another name>, and the imports that mean it",
                    safety=Safety.PLACEHOLDER,
                    commands=(f"git mv {folder} <another name>",),
                ),
            ),
        )


SCRIPT = "import json\nimport requests\n\ndef init(): ...\ndef run(data): return requests.get('x')\n"

CASES = (
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.IMPORT,
                "ModuleNotFoundError",
                "No module named 'json.decoder'; 'json' is not a package",
                at(SCRIPT, "requests"),
            ),
            beside=("json.py",),
        ),
        saw="json.py hides the module `json`",
        line=2,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.IMPORT,
                "ImportError",
                "cannot import name 'choice' from 'random' (/work/random.py)",
                library("numpy/random/__init__.py"),
            ),
            beside=("random.py",),
        ),
        saw="random.py",
    ),
    fires(
        seen(
            SCRIPT,
            *started(
                raised_in(
                    Phase.RUN, "AttributeError", "module 'requests' has no attribute 'get'", at(SCRIPT, "requests.get")
                )
            ),
            beside=("requests/__init__.py",),
        ),
        saw="requests/__init__.py hides",
    ),
    quiet(
        seen(
            SCRIPT,
            raised_in(Phase.IMPORT, "ImportError", "cannot import name 'a' from 'helpers' (/work/helpers.py)"),
            beside=("helpers.py",),
        ),
        name="a module of one's own that hides nothing",
    ),
    quiet(
        seen(SCRIPT, raised_in(Phase.IMPORT, "ImportError", "cannot import name 'x' from 'requests'")),
        name="no such file beside the script",
    ),
    quiet(seen(SCRIPT, *started(), beside=("json.py",)), name="nothing fails"),
)
