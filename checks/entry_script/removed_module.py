"""A module is imported that its package no longer has.

What it finds
-------------
An import of a module that a release of its package removed or moved (`sklearn.externals.joblib`,
`tensorflow.contrib`, `distutils`), or of the withdrawn Machine Learning Workbench packages. Quiet where the
environment file pins a release that still has it, and where the script catches ImportError.

Why it breaks
-------------
The import raises ModuleNotFoundError in the container, although it worked with the older release on the machine where
the script was written: the worker fails to boot and the container restarts.

How to fix
----------
Import from the place that the finding names; or pin the older release in the environment file.

Learn more
----------
Source: `checks/data/removed.json` names for each row where the fact was read or measured.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.given import with_pinned
from checks.entry_script.guards import reckons_with_absence
from checks.entry_script.import_edits import rewrite_from, rewrite_module
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.removals import Removal, module_row, modules, since
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.entry_script.versions import State, is_recent, removal_state
from checks.evidence import Evidence, Script, SourceTree
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Safety, Severity, Stage


@check(
    "entry-script.removed-module",
    needs=("tree",),
    stage=Stage.LOAD,
    explains=(
        "runtime.import-raised",
        "runtime.init-raised",
        "runtime.run-raised",
        "runtime.module-missing",
        "runtime.module-not-installed-here",
        "runtime.error-as-answer",
        "dependencies.not-listed",
    ),
    helpers=True,
)
def removed_module(evidence: Evidence) -> Iterator[Finding]:
    """Look up every imported module."""
    script, module = entry_script(evidence)
    withdrawn: set[str] = set()
    for statement, row, wanted in _imports(module):
        if row.package in withdrawn:  # one finding for all that went with it
            continue
        if _is_own(evidence, wanted) or reckons_with_absence(module, statement):
            continue
        state, known = removal_state(evidence, row.package, row.removed_in, row.back_in)
        phases = reach(module).phases(statement)
        if state is State.THERE or not phases:
            continue
        if not row.removed_in and not row.note:
            withdrawn.add(row.package)
        yield _finding(script, module, statement, row, wanted, state, known)


def _imports(module: Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, Removal, str]]:
    for plain in module.all(ast.Import):
        for alias in plain.names:
            if row := module_row(alias.name):
                yield plain, row, alias.name
    for named in module.all(ast.ImportFrom):
        if named.level or not named.module:
            continue
        if row := module_row(named.module):
            yield named, row, named.module
            continue
        for alias in named.names:
            if row := modules().get(f"{named.module}.{alias.name}"):
                yield named, row, row.name


def _is_own(evidence: Evidence, wanted: str) -> bool:
    """A file or folder of that name lies beside the script."""
    top = wanted.split(".")[0]
    return isinstance(evidence.source, SourceTree) and any(
        name == f"{top}.py" or name.startswith(f"{top}/") for name in evidence.source.files
    )


def _finding(
    script: Script,
    module: Module,
    statement: ast.Import | ast.ImportFrom,
    row: Removal,
    wanted: str,
    state: State,
    known: str,
) -> Finding:
    phases = reach(module).phases(statement)
    recent = state is State.UNKNOWN and is_recent(row.package, row.removed_in)
    severity = Severity.WARNING if recent else None
    sure = state is State.GONE or row.removed_in == "3.0"
    together = (
        [s for s, other, _ in _imports(module) if other.package == row.package] if not row.removed_in else [statement]
    )
    seen = quotes(script, module, together)
    edits = _edits(script, module, statement, row)
    return Finding(
        title=row.note or f"`{wanted}` was {since(row)}",
        severity=Severity.INFO if row.note else severity,
        confidence=Confidence.CERTAIN if sure and not row.note else Confidence.LIKELY,
        stage=STAGES[phases[0]],
        evidence=(*seen, Quote(source="environment", text=known)) if known else seen,
        explains=() if row.note else removed_module.explains,
        about=(
            f"module:{wanted.split('.')[0]}",
            f"module:{wanted}",
            *about_lines(together),
            *about_phases(phases),
        ),
        fixes=(
            Fix(
                title=f"use {row.use}",
                safety=Safety.SAFE if edits and row.safe else Safety.REVIEW,
                edits=edits,
            ),
        ),
    )


def _edits(script: Script, module: Module, statement: ast.Import | ast.ImportFrom, row: Removal) -> tuple[Edit, ...]:
    if row.to is None:
        return ()
    if isinstance(statement, ast.Import):
        hit = [alias for alias in statement.names if alias.name == row.name]
        return rewrite_module(module, script.path, hit[0], row.to) if hit else ()
    if statement.module == row.name:
        return rewrite_from(module, script.path, statement, {a.name: (row.to, a.name) for a in statement.names})
    home, _, name = row.to.rpartition(".")
    return rewrite_from(module, script.path, statement, {row.name.rpartition(".")[2]: (home, name)})


_REST = "def init(): ...\ndef run(data): return data\n"
CASES = (
    fires(
        "from sklearn.externals import joblib\n" + _REST,
        saw="sklearn.externals.joblib",
        line=1,
        fixed="import joblib\n" + _REST,
    ),
    fires("from sklearn.externals import joblib as jl\n" + _REST, fixed="import joblib as jl\n" + _REST),
    fires("import sklearn.externals.joblib as joblib\n" + _REST, fixed="import joblib\n" + _REST),
    fires(
        "from sklearn.ensemble.forest import RandomForestClassifier\n" + _REST,
        fixed="from sklearn.ensemble import RandomForestClassifier\n" + _REST,
    ),
    fires(
        "from azureml.api.schema.dataTypes import DataTypes\n"
        "from azureml.api.realtime.services import generate_schema\n" + _REST,
        saw="withdrawn",
        findings=1,
    ),
    fires("import tensorflow.contrib.slim as slim\n" + _REST),
    fires("def init():\n    import cPickle as pickle\n" + "def run(data): return data\n"),
    fires(
        with_pinned("from sklearn.externals import joblib\n" + _REST, "scikit-learn", "0.24.2", "3.8"),
        saw="conda.yaml asks for",
    ),
    fires("import imp\n" + _REST, saw="Python 3.12", name="a warning while the Python version is unknown"),
    fires("from azureml.monitoring import ModelDataCollector\n" + _REST, saw="v1", name="worth knowing"),
    quiet(with_pinned("from sklearn.externals import joblib\n" + _REST, "scikit-learn", "0.22.2", "3.8")),
    quiet(with_pinned("import imp\n" + _REST, "scikit-learn", "0.22.2", "3.8"), name="Python 3.8 has it"),
    quiet("try:\n    from sklearn.externals import joblib\nexcept ImportError:\n    import joblib\n" + _REST),
    quiet("from azureml.contrib.services.aml_request import rawhttp\n" + _REST, name="served by the server"),
    quiet("import importlib.util as imp\nimport keras.utils\nfrom sklearn.model_selection import KFold\n" + _REST),
    quiet(script("import commands, parser\n" + _REST, beside=("commands.py", "parser/__init__.py"))),
    quiet("from . import imp\n" + _REST, name="relative: another check"),
    quiet("if __name__ == '__main__':\n    import imp\n" + _REST),
    quiet("import sys\nif sys.version_info < (3, 12):\n    import distutils\n" + _REST),
)
