"""The script uses a name that nothing has defined.

What it finds
-------------
A `NameError`: a model that init() kept to itself, a module that was never imported, a misspelt name.

Why it breaks
-------------
Python looks a name up when the line runs. A name that a function assigns without `global` ends with that function, so
run() does not find what init() has loaded, and every request answers 500.

How to fix
----------
Declare `global` in init(), import the module, or correct the name.

Learn more
----------
Python documentation, "Naming and binding".
"""

import ast
import difflib
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.module import Module
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED, Failure, name_in
from checks.runtime.globals_unset import loaded_as_local
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import titled

# Names by which everybody imports a module.
USUAL = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "tf": "import tensorflow as tf",
    "xgb": "import xgboost as xgb",
    "lgb": "import lightgbm as lgb",
    "ort": "import onnxruntime as ort",
    "Path": "from pathlib import Path",
    "BytesIO": "from io import BytesIO",
    "StringIO": "from io import StringIO",
    "datetime": "from datetime import datetime",
    "Image": "from PIL import Image",
    "AMLResponse": "from azureml_inference_server_http.api.aml_response import AMLResponse",
    "AMLRequest": "from azureml_inference_server_http.api.aml_request import AMLRequest",
    "rawhttp": "from azureml_inference_server_http.api.aml_request import rawhttp",
    "Model": "from azureml.core.model import Model",
    **{
        name: f"import {name}"
        for name in (
            "base64", "collections", "csv", "glob", "io", "itertools", "joblib", "json", "logging", "math", "numpy",
            "os", "pandas", "pickle", "random", "re", "requests", "shutil", "sklearn", "sys", "tempfile", "time",
            "torch", "traceback", "uuid",
        )
    },
}  # fmt: skip
PYTHON_2 = {"unicode": "str", "xrange": "range", "raw_input": "input", "basestring": "str", "long": "int"}


@check("runtime.name-undefined", needs=("probe",), stage=Stage.RUN, confidence=Confidence.CERTAIN, explains=RAISED)
def name_undefined(evidence: Evidence) -> Iterator[Finding]:
    """Tell a value that stayed in a function from a module that was not imported."""
    for failure in told_by("runtime.name-undefined", evidence):
        name = name_in(failure.error)
        if name is None:
            continue
        module = failure.module
        local = loaded_as_local(module, name) if module else None
        function = module.function_of(local) if module and local else None
        if module and local and function and failure.own and failure.own.function != function.name:
            yield failure.finding(
                titled(f"{function.name}() keeps `{name}` to itself, and {failure.own.function}() needs it", 88),
                saw=(module.quote(failure.script.path if failure.script else "score.py", local),),
                about=(f"line:{getattr(local, 'lineno', 1)}",),
                fixes=(_declare(failure, module, function, name),),
            )
        else:
            yield failure.finding(
                titled(f"`{name}` is used and nothing defines it", 88),
                saw=_near(name, module, failure),
                fixes=(_define(failure, name),),
            )


def _declare(failure: Failure, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Fix:
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(function.body) > 1
    place = function.body[1] if documented else first
    edits: tuple[Edit, ...] = ()
    if failure.script and place.lineno > function.lineno:
        column = module.column(place.lineno, place.col_offset)
        indent = module.line(place.lineno)[:column]
        if not indent.strip():
            edits = (module.insert(failure.script.path, place.lineno, f"{indent}global {name}\n"),)
    return Fix(
        title=f"declare `global {name}` in {function.name}()",
        safety=Safety.REVIEW,
        commands=(f"global {name}",),
        edits=edits,
    )


def _define(failure: Failure, name: str) -> Fix:
    if name in PYTHON_2:
        return Fix(title=f"write `{PYTHON_2[name]}`: `{name}` is a name of Python 2")
    if name in USUAL:
        line = USUAL[name]
        edits: tuple[Edit, ...] = ()
        if failure.module and failure.script and failure.own and failure.in_script(failure.own):
            edits = (failure.module.insert(failure.script.path, failure.module.import_line, f"{line}\n"),)
        return Fix(title=f"add `{line}`", safety=Safety.REVIEW, commands=(line,), edits=edits)
    return Fix(title=f"define `{name}` at module level, or correct its spelling")


def _near(name: str, module: Module | None, failure: Failure) -> tuple[Quote, ...]:
    close = difflib.get_close_matches(name, module.top_names - {name} if module else (), n=1, cutoff=0.75)
    source = failure.script.path if failure.script else "score.py"
    return tuple(Quote(source=source, text=f"a name like it exists: {found}") for found in close)


SCRIPT = """import json

def init():
    model = load()

def load():
    return max

def run(data):
    return model.predict(np.array(data))
"""


def _undefined(name: str, needle: str = "predict") -> Evidence:
    text = f"name '{name}' is not defined"
    return seen(SCRIPT, *started(raised_in(Phase.RUN, "NameError", text, at(SCRIPT, needle), name=name)))


CASES = (
    fires(
        _undefined("model"),
        saw="init() keeps `model` to itself, and run() needs it",
        line=10,
        fixed=SCRIPT.replace("    model =", "    global model\n    model ="),
        findings=1,
    ),
    fires(
        _undefined("np"),
        saw="`np` is used and nothing defines it",
        fixed=f"import numpy as np\n{SCRIPT}",
    ),
    fires(_undefined("laod"), saw="a name like it exists: load"),
    fires(_undefined("unicode"), saw="`unicode`"),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "UnboundLocalError", "local variable 'model' referenced")))),
    quiet(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "KeyError", "\"name 'np' is not defined\"", at(SCRIPT, "predict")))),
        name="a text that is alike",
    ),
    quiet(seen(SCRIPT, *started())),
)
