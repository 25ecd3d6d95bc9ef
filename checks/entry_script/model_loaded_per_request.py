"""The model is loaded anew for every request.

What it finds
-------------
A model that run() (or a function that only run() calls) loads from a fixed path, without keeping it for the next
request.

Why it breaks
-------------
Each request pays for reading and building the model: seconds instead of milliseconds, which ends in 408 or 504 where
the platform's limit is short, and memory that grows and shrinks with every call.

How to fix
----------
Load it once in init() into a global, or keep it with functools.lru_cache.

Learn more
----------
Source: product documentation, "Understand the scoring script".
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import STREAM_LOADERS, calls, last
from checks.entry_script.conditions import is_cached
from checks.entry_script.module import Module
from checks.entry_script.paths import Base, path_uses, written
from checks.entry_script.reach import RUN, reach
from checks.entry_script.scopes import owner
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "entry-script.model-loaded-per-request",
    needs=("tree",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
)
def model_loaded_per_request(evidence: Evidence) -> Iterator[Finding]:
    """Look for loads that only run() reaches."""
    script, module = entry_script(evidence)
    found = [call for call in _loads(module) if reach(module).phases(call) == (RUN,) and not _is_kept(module, call)]
    if found:
        yield Finding(
            title="the model is loaded for every mini batch"
            if module.is_batch
            else "the model is loaded for every request",
            severity=Severity.INFO if module.is_batch else None,
            evidence=quotes(script, module, found),
            about=(*about_lines(found), "phase:run"),
            fixes=(Fix(title="load it once in init(), into a global"),),
        )


def _loads(module: Module) -> Iterator[ast.Call]:
    """Calls that read a model from a path which does not depend on the request."""
    opened = {owner(module, use.call) for use in path_uses(module) if use.action == "open" and use.path.complete}
    for use in path_uses(module):
        if use.action == "load" and use.path.complete and use.path.base is not Base.OTHER:
            yield use.call
    for call, name in calls(module):
        if (
            (name in STREAM_LOADERS and owner(module, call) in opened)
            or (last(name) == "from_pretrained" and call.args and written(module, call.args[0]).complete)
            or name == "transformers.pipeline"
        ):
            yield call


def _is_kept(module: Module, call: ast.Call) -> bool:
    """Done once, here or where the function is called; or kept in a global or an attribute."""
    if is_cached(module, call):
        return True
    function = owner(module, call)
    if function is None:
        return True
    callers = [c for c, name in calls(module) if name == function.name]
    return bool(callers) and function is not module.run and all(is_cached(module, caller) for caller in callers)


_LOAD = "joblib.load(os.path.join(os.environ['AZUREML_MODEL_DIR'], 'm.pkl'))\n"
CASES = (
    fires(
        "import os, joblib\ndef run(data):\n    model = " + _LOAD + "    return model.predict(data).tolist()\n", line=3
    ),
    fires(
        "import os, joblib\ndef load():\n    return " + _LOAD + "def run(data):\n"
        "    return load().predict(data).tolist()\n"
    ),
    fires(
        "import os, pickle\ndef run(data):\n    with open(os.getenv('AZUREML_MODEL_DIR') + '/m.pkl', 'rb') as f:\n"
        "        model = pickle.load(f)\n    return model.predict(data).tolist()\n"
    ),
    quiet("import os, joblib\ndef init():\n    global m\n    m = " + _LOAD + "def run(data):\n    return 1\n"),
    quiet(
        "import os, joblib\nm = None\ndef run(data):\n    global m\n    if m is None:\n"
        "        m = " + _LOAD + "    return 1\n"
    ),
    quiet(
        "import os, joblib\nfrom functools import lru_cache\n@lru_cache\ndef load():\n"
        "    return " + _LOAD + "def run(data):\n    return load()(data)\n"
    ),
    quiet(
        "import joblib\ndef run(data):\n    return joblib.load('/tmp/' + data['name'])(data)\n",
        name="depends on the request",
    ),
    quiet(
        "import os, joblib\ncache = {}\ndef get():\n    return " + _LOAD + "def run(data):\n"
        "    if 'm' not in cache:\n        cache['m'] = get()\n    return 1\n"
    ),
)
