"""The script overwrites a variable that the platform sets.

What it finds
-------------
`os.environ["AZUREML_MODEL_DIR"] = ...` in code that runs at import, in init() or in run(), without asking first
whether the variable is set.

Why it breaks
-------------
In the container the variable already names the folder of the model. The script replaces it by a path of the developer's
machine, so the model is looked for where it is not.

How to fix
----------
Use `os.environ.setdefault(...)`, which keeps the value of the platform; or move the line under
`if __name__ == "__main__":`.

Learn more
----------
Source: product documentation, "Understand the scoring script".
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls_of, text_of
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Edit, Finding, Fix, Safety, Stage

NAMES = frozenset({"AZUREML_MODEL_DIR", "AZUREML_ENTRY_SCRIPT", "AML_APP_ROOT"})


@check(
    "entry-script.variable-overridden",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.model-file-missing", "runtime.file-missing", "runtime.file-outside", *RAISED, HIDDEN),
)
def variable_overridden(evidence: Evidence) -> Iterator[Finding]:
    """Look for assignments to the platform's variables."""
    script, module = entry_script(evidence)
    for node, name in _writes(module):
        phases = reach(module).phases(node)
        if not phases or _asks_first(module, node, name):
            continue
        edits = _edits(script, module, node)
        yield Finding(
            title=f"the script overwrites the variable {name}",
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [node]),
            about=(f"variable:{name}", *about_lines([node]), *about_phases(phases)),
            fixes=(
                Fix(
                    title="keep the platform's value: `os.environ.setdefault(...)`",
                    safety=Safety.REVIEW,
                    edits=edits,
                ),
            ),
        )


def _writes(module: Module) -> Iterator[tuple[ast.AST, str]]:
    for subscript in module.all(ast.Subscript):
        if isinstance(subscript.ctx, ast.Store) and module.dotted(subscript.value) == "os.environ":
            name = text_of(subscript.slice)
            if name in NAMES:
                yield subscript, name
    for call, _ in calls_of(module, {"os.putenv", "os.environ.update"}):
        keys = [call.args[0]] if call.args else []
        for key in [k for arg in keys for k in (arg.keys if isinstance(arg, ast.Dict) else [arg])]:
            name = text_of(key)
            if name in NAMES:
                yield call, name


def _asks_first(module: Module, node: ast.AST, name: str) -> bool:
    below = node
    for above in module.parents(node):
        if isinstance(above, ast.If) and below is not above.test:
            return True
        if isinstance(above, ast.ExceptHandler):
            return True
        if isinstance(above, ast.Assign) and name in ast.unparse(above.value):
            return True
        below = above
    return False


def _edits(script: Script, module: Module, node: ast.AST) -> tuple[Edit, ...]:
    statement = module.parent(node)
    if not isinstance(node, ast.Subscript) or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return ()
    start = module.column(node.value.end_lineno or node.lineno, node.value.end_col_offset or 0)
    key, value = node.slice, statement.value
    if not node.lineno == statement.end_lineno == value.lineno:
        return ()
    line = module.line(node.lineno)
    at = [module.column(node.lineno, offset or 0) for offset in (key.col_offset, key.end_col_offset, value.col_offset)]
    end = module.column(node.lineno, value.end_col_offset or 0)
    return (
        Edit(
            path=script.path,
            start_line=node.lineno,
            start_column=start,
            end_line=node.lineno,
            end_column=end,
            replacement=f".setdefault({line[at[0] : at[1]]}, {line[at[2] : end]})",
        ),
    )


_RUN = "def run(data): return 1\n"
CASES = (
    fires(
        "import os\nos.environ['AZUREML_MODEL_DIR'] = './model'\n" + _RUN,
        line=2,
        saw="AZUREML_MODEL_DIR",
        fixed="import os\nos.environ.setdefault('AZUREML_MODEL_DIR', './model')\n" + _RUN,
    ),
    fires("import os\ndef init():\n    os.environ.update({'AZUREML_MODEL_DIR': '.'})\n" + _RUN),
    quiet("import os\nos.environ.setdefault('AZUREML_MODEL_DIR', './model')\n" + _RUN),
    quiet("import os\nif 'AZUREML_MODEL_DIR' not in os.environ:\n    os.environ['AZUREML_MODEL_DIR'] = '.'\n" + _RUN),
    quiet("import os\nos.environ['AZUREML_MODEL_DIR'] = os.environ.get('AZUREML_MODEL_DIR', '.')\n" + _RUN),
    quiet("import os\nos.environ['OMP_NUM_THREADS'] = '1'\n" + _RUN),
    quiet(_RUN + "if __name__ == '__main__':\n    import os\n    os.environ['AZUREML_MODEL_DIR'] = '.'\n"),
)
