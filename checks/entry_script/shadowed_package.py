"""A file beside the script is named like a package that the script imports.

What it finds
-------------
An import of a name for which there is a module of one's own beside the entry script and, under the same name, a module
of the standard library or an installed package; and an entry script that is named like a package it imports.

Why it breaks
-------------
The server appends the code folder at the end of the search path: what is installed comes first, and the module of one's
own is never imported. On the own computer it is the other way round, because Python looks in the folder of the script
first. So the names that the script expects are missing in one of the two places.

How to fix
----------
Rename the module of one's own.

Learn more
----------
Measured on azureml-inference-server-http 1.5.1: with `azmlinfsrv` the installed one is imported, with `python -m
azureml_inference_server_http` the one beside the script.
"""

import ast
import sys
from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.module import Module
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Installed, SourceTree
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage


@check(
    "entry-script.shadowed-package",
    needs=("tree", "source"),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    explains=("runtime.import-raised", "runtime.module-missing", "runtime.init-raised", "runtime.run-raised"),
)
def shadowed_package(evidence: Evidence) -> Iterator[Finding]:
    """Compare the imported names with the files beside the script, the standard library and what is installed."""
    script_, module = entry_script(evidence)
    tree = evidence.source
    assert isinstance(tree, SourceTree)
    providers = evidence.installed.providers if isinstance(evidence.installed, Installed) else {}
    own = _own(tree, script_.name)
    for name, statement in sorted(_imported(module).items()):
        file = own.get(name)
        if file is None or name not in {*sys.stdlib_module_names, *providers}:
            continue
        where = "the standard library" if name in sys.stdlib_module_names else "an installed package"
        new = f"my_{name}.py" if file.endswith(".py") else f"my_{name}"
        yield Finding(
            title=f"`{file}` has the name of a module of {where}: `{name}`"[:90],
            evidence=(
                module.quote(script_.path, statement),
                Quote(source=tree.folder, text=f"{file} stands beside the script"),
            ),
            about=(f"module:{name}", f"line:{statement.lineno}", f"file:{file}"),
            fixes=(
                Fix(
                    title=f"rename {file}, and its imports",
                    commands=(f"mv {file} {new}",),
                ),
            ),
        )


def _own(tree: SourceTree, script: str) -> dict[str, str]:
    """Names of the modules and packages beside the script, with their file or folder."""
    found: dict[str, str] = {}
    for file in tree.files:
        first, _, rest = file.partition("/")
        if not rest and first.endswith(".py"):
            found[first.removesuffix(".py")] = first
        elif rest == "__init__.py":
            found.setdefault(first, f"{first}/")
    found[script.removesuffix(".py")] = script
    return found


def _imported(module: Module) -> dict[str, ast.stmt]:
    """Top-level names of absolute imports, with the first statement that names them."""
    found: dict[str, ast.stmt] = {}
    for full, statement in module.imported_modules.items():
        found.setdefault(full.split(".")[0], statement)
    return found


_INSTALLED = Installed(distributions={"utils": "1.0"}, providers={"utils": ("utils",), "torch": ("torch",)})

CASES = (
    fires(script("import os\nimport statistics\n", beside=("statistics.py",)), line=2, saw="standard library"),
    fires(script("from utils import x\n", beside=("utils/__init__.py",), installed=_INSTALLED), saw="installed"),
    fires(script("import torch\n", path="torch.py", installed=_INSTALLED), saw="`torch.py`"),
    quiet(script("from utils import x\nimport numpy\n", beside=("utils.py",))),
    quiet(script("import os\n", beside=("statistics.py", "logging/__init__.py")), name="not imported"),
    quiet(script("import statistics\n", beside=("lib/statistics.py", "statistics.txt")), name="elsewhere"),
    quiet(script("import data\n", beside=("data/a.csv",), installed=_INSTALLED), name="a folder of data"),
)
