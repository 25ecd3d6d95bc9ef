"""Two modules have one name, and the wrong one is imported.

What it finds
-------------
An import or attribute that fails because a file or folder of the code has the name of a standard module or of an
installed package (`random.py`, `utils/`), and Python takes the other one.

Why it breaks
-------------
Python takes the first module of a name on `sys.path`. The server puts the code folder last, so an installed package of
the same name hides your own; where the current folder comes first, your own hides the package, from libraries as well.

How to fix
----------
Rename your file or folder, and the imports that mean it.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: AML_APP_ROOT is appended to `sys.path`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Frame, Phase
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
        module, file = found.module, found.file.rstrip("/")
        folder = file.rsplit("/", 1)[0] if "/" in file else file
        if found.own_wins:
            title = f"{file} hides the module `{module}`"
        elif found.own_wins is False:
            title = f"an installed module `{module}` hides {folder} of the code folder"
        else:
            title = f"{file} and another module are both called `{module}`"
        yield failure.finding(
            titled(title, 88),
            saw=(Quote(source="code folder", text=f"{file} is there"),),
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


def _fails(type: str, text: str, *frames: Frame, beside: tuple[str, ...] = ()) -> Evidence:
    return seen(SCRIPT, raised_in(Phase.IMPORT, type, text, *frames), beside=beside)


CASES = (
    fires(
        _fails(
            "ModuleNotFoundError",
            "No module named 'json.decoder'; 'json' is not a package",
            at(SCRIPT, "requests"),
            beside=("json.py",),
        ),
        saw="json.py hides the module `json`",
        line=2,
        findings=1,
    ),
    fires(
        _fails(
            "ImportError",
            "cannot import name 'choice' from 'random' (/work/random.py)",
            library("numpy/random/__init__.py"),
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
        saw="requests/__init__.py and another module are both called `requests`",
    ),
    fires(
        _fails(
            "ModuleNotFoundError",
            "No module named 'utils.clean'",
            at(SCRIPT, "requests"),
            beside=("utils/clean.py",),
        ),
        saw="an installed module `utils` hides utils of the code folder",
    ),
    fires(
        _fails(
            "ImportError",
            "cannot import name 'clean' from 'utils' (/opt/lib/python3.11/site-packages/utils/__init__.py)",
            at(SCRIPT, "requests"),
            beside=("utils.py",),
        ),
        saw="an installed module `utils` hides utils.py",
    ),
    quiet(
        _fails(
            "ImportError",
            "cannot import name 'a' from 'helpers' (/work/helpers.py)",
            beside=("helpers.py",),
        ),
        name="a module of one's own that hides nothing",
    ),
    quiet(_fails("ImportError", "cannot import name 'x' from 'requests'"), name="no such file beside the script"),
    quiet(seen(SCRIPT, *started(), beside=("json.py",)), name="nothing fails"),
)
