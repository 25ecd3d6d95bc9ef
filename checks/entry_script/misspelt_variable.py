"""An environment variable of the platform is misspelt.

What it finds
-------------
A variable that is read under a name close to AZUREML_MODEL_DIR or AZUREML_ENTRY_SCRIPT, but not quite it, such as
`AZUREML_MODELDIR` or `AZURE_ML_MODEL_DIR`.

Why it breaks
-------------
Nobody sets a variable of that name: `os.environ[...]` raises KeyError, `os.getenv(...)` gives None and the next
os.path.join() raises TypeError. init() fails and the worker exits with code 3.

How to fix
----------
Write the name as the server sets it.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, its configuration.
"""

import ast
from collections.abc import Iterator
from difflib import SequenceMatcher

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import argument, calls, text_of
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Safety, Stage

KNOWN = ("AZUREML_MODEL_DIR", "AZUREML_ENTRY_SCRIPT", "AML_APP_ROOT")
OTHERS = frozenset(
    {"AZUREML_MODEL_NAME", "AZUREML_MODEL_ID", "AZUREML_MODEL_VERSION", "AZUREML_LOG_LEVEL", "AZUREML_SOURCE_DIRECTORY"}
    | {"AZUREML_MODEL_DIRS", "AZUREML_SCRIPT_DIRECTORY_NAME", "AZUREML_CONFIG_FILE", "AZUREML_RUN_ID"}
)


@check(
    "entry-script.misspelt-variable",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.variable-absent", "runtime.model-folder-not-given", *RAISED, HIDDEN),
    helpers=True,
)
def misspelt_variable(evidence: Evidence) -> Iterator[Finding]:
    """Look at every variable that is read."""
    script, module = entry_script(evidence)
    if "environ" not in module.text and "getenv" not in module.text:
        return
    for node in _keys(module):
        name = str(node.value)
        meant = _meant(name)
        phases = reach(module).phases(node)
        if meant is None or not phases:
            continue
        yield Finding(
            title=f"the variable `{name}` is not set by the server",
            stage=STAGES[phases[0]],
            evidence=(
                *quotes(script, module, [node]),
                Quote(source=script.path, text=f"a similar name exists: {meant}"),
            ),
            about=(f"variable:{name}", *about_lines([node]), *about_phases(phases)),
            fixes=(
                Fix(
                    title=f"write `{meant}`",
                    safety=Safety.SAFE,
                    edits=(module.replace(script.path, node, f'"{meant}"'),),
                ),
            ),
        )


def _keys(module: Module) -> Iterator[ast.Constant]:
    for call, name in calls(module):
        if name in {"os.getenv", "os.environ.get"}:
            key = argument(call, 0, "key")
            if isinstance(key, ast.Constant) and text_of(key):
                yield key
    for subscript in module.all(ast.Subscript):
        read = isinstance(subscript.ctx, ast.Load) and module.dotted(subscript.value) == "os.environ"
        if read and isinstance(subscript.slice, ast.Constant) and text_of(subscript.slice):
            yield subscript.slice


def _meant(name: str) -> str | None:
    if name in KNOWN or name in OTHERS:
        return None
    plain = name.upper().replace("_", "").replace("-", "")
    for known in KNOWN[:2]:
        flat = known.replace("_", "")
        if plain.startswith(flat) or (plain[:5] == flat[:5] and SequenceMatcher(None, plain, flat).ratio() >= 0.88):
            return known
    return None


_RUN = "def run(data): return 1\n"
CASES = (
    fires(
        "import os\ndef init():\n    os.listdir(os.environ['AZUREML_MODELDIR'])\n" + _RUN,
        saw="AZUREML_MODELDIR",
        line=3,
        fixed='import os\ndef init():\n    os.listdir(os.environ["AZUREML_MODEL_DIR"])\n' + _RUN,
    ),
    fires("import os\nDIR = os.getenv('AZURE_ML_MODEL_DIR')\n" + _RUN),
    fires("from os import environ\nDIR = environ.get('azureml_model_dir')\n" + _RUN),
    fires("import os\nDIR = os.getenv('AZUREML_MODEL_DIRECTORY')\n" + _RUN),
    quiet("import os\nDIR = os.getenv('AZUREML_MODEL_DIR')\n" + _RUN),
    quiet(
        "import os\n"
        "DIR = os.environ['MODEL_DIR'], os.getenv('AZUREML_MODEL_NAME'), os.getenv('AZUREML_RUN_ID')\n" + _RUN
    ),
    quiet("import os\nos.environ['AZUREML_MODELDIR'] = 'x'\n" + _RUN, name="set, not read"),
)
