"""A module that the script imports is not there.

What it finds
-------------
A `ModuleNotFoundError` of the rehearsal: for a package that no environment file lists, for a module of one's own that
lies where Python does not look, and for one that this version of Python no longer has.

Why it breaks
-------------
Python looks for modules in the folders of `sys.path` and finds none of that name, so the import fails, the worker exits
with code 3, and the container restarts.

How to fix
----------
List the package in the environment file. A module of one's own must lie in the folder that the server puts on
`sys.path`: beside the entry script for v2 deployments, in the source directory for v1.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: AML_APP_ROOT is appended to `sys.path`, the folder
of the script is not. azure-ai-ml sets AML_APP_ROOT to the folder of the scoring script, azureml-core to the source
directory.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.dependencies.names import ADDED, REMOVED, is_standard
from checks.entry_script.removals import Removal, module_row, since
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED, Failure, probe_of
from checks.runtime.imports import KNOWN_PACKAGES, missing_module, own_files
from checks.runtime.observed import at, conda_file, library, raised_in, seen, started
from checks.runtime.packages import NAMESPACES, distributions_of, installed_version
from checks.runtime.reading import told_by
from checks.runtime.unpickling import is_unpickling
from checks.runtime.wording import titled


@check("runtime.module-missing", needs=("probe",), stage=Stage.LOAD, explains=RAISED)
def module_missing(evidence: Evidence) -> Iterator[Finding]:
    """Tell whose module is missing, and where it would be found."""
    for failure in told_by("runtime.module-missing", evidence):
        module = missing_module(failure)
        if module is None:
            continue
        top = module.split(".", 1)[0]
        if is_standard(top) and (top in REMOVED or top in ADDED):
            yield _standard(failure, evidence, top)
        elif row := module_row(_wanted(failure, module)):
            yield _withdrawn(failure, evidence, module, row)
        elif files := own_files(evidence, module):
            yield _own(failure, module, files)
        elif "." in module and top not in NAMESPACES:
            yield _part(failure, module, top)
        else:
            yield _package(failure, evidence, module)


def _standard(failure: Failure, evidence: Evidence, module: str) -> Finding:
    """A module that the standard library of another Python version has."""
    python = probe_of(evidence).python
    major, minor = REMOVED.get(module) or ADDED[module]
    row = module_row(module)
    if module in REMOVED:
        title = f"Python {major}.{minor} and newer have no module `{module}`"
        use = f"use {row.use} instead of {module}" if row else f"do without {module}"
        fix = Fix(title=f"{use}, or run an older Python", safety=Safety.REVIEW)
    else:
        title = f"Python has the module `{module}` since {major}.{minor} only"
        fix = Fix(title=f"run Python {major}.{minor} or newer", safety=Safety.REVIEW)
    return failure.finding(
        titled(title, 88),
        saw=(Quote(source="probe", text=f"ran Python {python}"),),
        about=_tags(module),
        fixes=(fix,),
    )


def _withdrawn(failure: Failure, evidence: Evidence, module: str, row: Removal) -> Finding:
    """A module that a release took away, as the table of removals knows."""
    names = distributions_of(module, evidence)
    version = installed_version(names[0], evidence)
    return failure.finding(
        titled(f"the module `{row.name}` is gone: {since(row)}", 88),
        saw=(Quote(source="probe", text=f"{names[0]} {version} is installed"),) if version else (),
        about=_tags(module),
        fixes=(Fix(title=f"use {row.use} instead of {row.name}"),),
    )


def _own(failure: Failure, module: str, files: tuple[str, ...]) -> Finding:
    found = files[0]
    folder = found.rstrip("/").rsplit("/", found.rstrip("/").count("/") - module.count("."))[0] if "/" in found else "."
    return failure.finding(
        titled(f"the module `{module}` lies in {found}, where Python does not look", 88),
        why=(
            "The server appends one folder to `sys.path`: that of the entry script in v2 deployments, the source "
            f"directory in v1. `import {module}` finds nothing there, so the worker exits with code 3 and the "
            "container restarts."
        ),
        saw=(Quote(source="code folder", text=f"{found} is there"),),
        about=_tags(module),
        fixes=(
            Fix(title=f"move {found} beside the entry script", safety=Safety.REVIEW),
            Fix(
                title="put its folder on sys.path before the import",
                safety=Safety.REVIEW,
                commands=(
                    "import os, sys",
                    f'sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "{folder}"))',
                ),
            ),
        ),
    )


def _part(failure: Failure, module: str, top: str) -> Finding:
    return failure.finding(
        titled(f"the installed `{top}` has no part `{module}`"),
        why=(
            f"`{top}` itself was found, {module} was not: parts of packages move and disappear between versions, and a "
            "folder of the same name elsewhere on `sys.path` hides the package. The import fails, so the worker exits "
            "with code 3."
        ),
        about=_tags(module),
        fixes=(Fix(title=f"pin `{top}` to the version the script was written for, or import the part's new name"),),
    )


def _package(failure: Failure, evidence: Evidence, module: str) -> Finding:
    wanted = _wanted(failure, module)
    names = distributions_of(wanted, evidence)
    top = module.split(".", 1)[0]
    known = names[0].replace("-", "_") != top or top in KNOWN_PACKAGES
    fix = (
        Fix(title=f"list {names[0]} in the environment file", commands=(names[0],))
        if known
        else Fix(
            title="list its distribution, <distribution>, in the environment file, or ship your own module",
            safety=Safety.PLACEHOLDER,
        )
    )
    if not known and is_unpickling(failure):
        return _of_pickle(failure, module)
    return failure.finding(
        titled(f"nothing installed provides the module `{wanted}`", 88),
        saw=(Quote(source="probe", text=f"looked with Python {probe_of(evidence).python} and beside the script"),),
        about=(*_tags(module), f"module:{wanted}"),
        fixes=(fix,),
    )


def _of_pickle(failure: Failure, module: str) -> Finding:
    """A module that no import statement names: most likely one's own, from where the model was trained."""
    return failure.finding(
        titled(f"the pickled model needs the module `{module}`, which is not there", 88),
        why=(
            "A pickle holds of its classes and functions nothing but their names, and imports their modules when it is "
            f"loaded. `{module}` was there when the model was saved; without it the load raises, the worker exits with "
            "code 3, and the container restarts."
        ),
        about=_tags(module),
        fixes=(
            Fix(title=f"put {module.replace('.', '/')}.py of the training code beside the entry script"),
            Fix(
                title=f"if {module} belongs to a package, list that, <distribution>, in the environment file",
                safety=Safety.PLACEHOLDER,
            ),
        ),
    )


def _wanted(failure: Failure, module: str) -> str:
    """The whole module of the import statement, of which the exception names the first part that is missing."""
    node = failure.statement
    names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom) and node.module:
        names = [node.module]
    return next((name for name in names if name.startswith(f"{module}.")), module)


def _tags(module: str) -> tuple[str, ...]:
    return (f"module:{module.split('.', 1)[0]}", f"module:{module}")


def _no(module: str) -> str:
    return f"No module named '{module}'"


VAULT = "from azure.keyvault.secrets import SecretClient\n"
SCRIPT = "import cv2\nimport helpers\nimport imp\n\ndef init(): ...\ndef run(data): return 1\n"

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.IMPORT, "ModuleNotFoundError", _no("cv2"), at(SCRIPT, "cv2"), name="cv2")),
        saw="nothing installed provides the module `cv2`",
        line=1,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            raised_in(Phase.IMPORT, "ModuleNotFoundError", _no("helpers"), at(SCRIPT, "helpers"), name="helpers"),
            beside=("src/helpers.py",),
        ),
        saw="lies in src/helpers.py, where Python does not look",
        line=2,
        name="a sub-folder",
    ),
    fires(
        seen(SCRIPT, raised_in(Phase.IMPORT, "ModuleNotFoundError", _no("imp"), at(SCRIPT, "import imp"), name="imp")),
        saw="have no module `imp`",
        name="gone from the standard library",
    ),
    fires(
        seen(SCRIPT, raised_in(Phase.IMPORT, "ModuleNotFoundError", _no("scipy.nothing"), at(SCRIPT, "cv2"))),
        saw="the installed `scipy` has no part `scipy.nothing`",
        name="a part of a package",
    ),
    fires(
        seen(SCRIPT, raised_in(Phase.IMPORT, "ModuleNotFoundError", _no("cv2")), environment=conda_file("numpy")),
        name="not listed either",
    ),
    fires(
        seen("import cPickle\n", raised_in(Phase.IMPORT, "ModuleNotFoundError", _no("cPickle"))),
        saw="`cPickle` is gone: removed in Python 3.0",
        name="a module of Python 2",
    ),
    fires(
        seen(
            VAULT,
            raised_in(Phase.IMPORT, "ModuleNotFoundError", _no("azure.keyvault"), at(VAULT, "keyvault")),
        ),
        saw="provides the module `azure.keyvault.secrets`",
        name="a part of a namespace",
    ),
    quiet(
        seen(
            SCRIPT, raised_in(Phase.IMPORT, "ModuleNotFoundError", _no("cv2")), environment=conda_file("opencv-python")
        ),
        name="listed, and missing only here",
    ),
    quiet(seen(SCRIPT, *started()), name="a guarded import of something optional raises nothing"),
    quiet(
        seen(
            "import pickle\ndef init():\n    pickle.load(f)\n",
            raised_in(
                Phase.INIT,
                "ModuleNotFoundError",
                _no("sklearn.ensemble.forest"),
                library("joblib/numpy_pickle.py"),
            ),
        ),
        name="a pickle asks for it",
    ),
    fires(
        seen(
            "import joblib\ndef init():\n    joblib.load(f)\n",
            raised_in(Phase.INIT, "ModuleNotFoundError", _no("features"), library("joblib/numpy_pickle.py")),
        ),
        saw="the pickled model needs the module `features`",
        name="a pickle asks for a module of one's own",
    ),
)
