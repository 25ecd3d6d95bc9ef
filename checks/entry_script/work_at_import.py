"""The script trains or loads a model while it is imported.

What it finds
-------------
`.fit(...)`, `xgboost.train(...)` and the like in code that runs at import or in init(): a training script, or a part of
one, that is deployed as an entry script. A model that is loaded at module level is told as information.

Why it breaks
-------------
Every worker imports the script and runs init() before it answers, and again after each restart. Training there takes
minutes and needs the training data, which the container does not have; health probes fail meanwhile.

How to fix
----------
Train beforehand, save the model, and load it in init().

Learn more
----------
Source: azureml-inference-server-http 1.5.1: every worker imports the script for itself.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls, last
from checks.entry_script.module import Module
from checks.entry_script.paths import path_uses
from checks.entry_script.reach import IMPORT, INIT, STAGES, about_phases, reach
from checks.entry_script.scopes import owner
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage

TRAINS = frozenset({"fit", "fit_transform", "fit_predict", "partial_fit", "fit_generator", "train_on_batch"})
TRAINERS = frozenset({"xgboost.train", "lightgbm.train", "catboost.train"})
LIBRARIES = frozenset(
    {
        "sklearn",
        "xgboost",
        "lightgbm",
        "catboost",
        "keras",
        "tensorflow",
        "prophet",
        "fbprophet",
        "statsmodels",
        "torch",
    }
)


@check(
    "entry-script.work-at-import",
    needs=("tree",),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    explains=("runtime.slow-start", "runtime.timeout", "runtime.file-missing"),
)
def work_at_import(evidence: Evidence) -> Iterator[Finding]:
    """Look for training on the way to the first request, and for loading at module level."""
    script, module = entry_script(evidence)
    trained = _trainings(module)
    if trained:
        phases = [p for p in STAGES if any(p in reach(module).phases(call) for call in trained)]
        yield Finding(
            title=f"a model is trained {'when the script is imported' if phases[0] == IMPORT else 'in init()'}",
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, trained),
            about=(*about_lines(trained), *about_phases(phases)),
            fixes=(Fix(title="train beforehand, save the model and load it in init()"),),
        )
    loaded = [
        use.call
        for use in path_uses(module)
        if use.action == "load" and owner(module, use.call) is None and reach(module).phases(use.call)
    ]
    if loaded:
        yield Finding(
            title="a model is loaded when the script is imported",
            severity=Severity.INFO,
            stage=Stage.LOAD,
            evidence=quotes(script, module, loaded),
            explains=(),
            about=(*about_lines(loaded), "phase:import"),
            fixes=(Fix(title="load it in init(), where the server logs the time and the model folder"),),
        )


def _trainings(module: Module) -> list[ast.Call]:
    if "fit" not in module.text and "train" not in module.text:
        return []
    if not {m.split(".")[0] for m in module.imported_modules} & LIBRARIES:
        return []
    entered = reach(module)
    return [
        call
        for call, name in calls(module)
        if (name in TRAINERS or ("." in name and last(name) in TRAINS and call.args and not _is_other(module, call)))
        and {IMPORT, INIT} & set(entered.phases(call))
    ]


def _is_other(module: Module, call: ast.Call) -> bool:
    """A function of an imported module that does not train: `ImageOps.fit`."""
    base = call.func.value if isinstance(call.func, ast.Attribute) else None
    full = module.aliases.get(base.id) if isinstance(base, ast.Name) else None
    return full is not None and full.split(".")[0] not in LIBRARIES


_RUN = "def run(data): return 1\n"
CASES = (
    fires(
        "from sklearn.svm import SVC\nmodel = SVC()\nmodel.fit([[1]], [1])\n" + _RUN,
        line=3,
        saw="imported",
    ),
    fires(
        "import xgboost as xgb\ndef init():\n    global m\n    m = xgb.train({}, data())\ndef data(): ...\n" + _RUN,
        saw="init()",
    ),
    fires("import joblib\nmodel = joblib.load('/tmp/m')\n" + _RUN, saw="loaded", name="worth knowing"),
    quiet("from sklearn.svm import SVC\ndef train():\n    SVC().fit([[1]], [1])\n" + _RUN, name="never called"),
    quiet("from sklearn.svm import SVC\n" + _RUN + "if __name__ == '__main__':\n    SVC().fit([[1]], [1])\n"),
    quiet(
        "from sklearn.preprocessing import StandardScaler\ndef run(data):\n"
        "    return StandardScaler().fit_transform(data).tolist()\n"
    ),
    quiet("import keras\nfrom PIL import ImageOps\nIMAGE = ImageOps.fit(read(), (1, 1))\ndef read(): ...\n" + _RUN),
    quiet("class Suit:\n    def fit(self, size): ...\nSuit().fit(3)\n" + _RUN, name="no library that trains"),
)
