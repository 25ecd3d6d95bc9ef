"""A folder is loaded where a file is wanted.

What it finds
-------------
`joblib.load(os.getenv("AZUREML_MODEL_DIR"))` and its like: a loader that reads one file is given the model folder
itself, or (when the model folder was given) a folder inside it.

Why it breaks
-------------
AZUREML_MODEL_DIR always names a folder, also when a single file was registered. Opening it raises IsADirectoryError in
init(), the worker exits with code 3 and the container restarts.

How to fix
----------
Join the name of the file.

Learn more
----------
Source: product documentation, "Understand the scoring script".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import FOLDER_LOADERS, OPENERS
from checks.entry_script.given import with_models
from checks.entry_script.path_edits import below_model_folder, model_files
from checks.entry_script.paths import Base, path_uses, reached
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Safety, Stage

ONE_FILE = frozenset(
    {"joblib.load", "pandas.read_pickle", "torch.load", "torch.jit.load", "onnxruntime.InferenceSession", "open"}
    | {"onnx.load", "lightgbm.Booster", "fasttext.load_model", "faiss.read_index", "numpy.load", "io.open", "h5py.File"}
)


@check(
    "entry-script.folder-loaded",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.is-a-directory", "runtime.permission-denied", "runtime.model-format-refused", *RAISED, HIDDEN),
    helpers=True,
)
def folder_loaded(evidence: Evidence) -> Iterator[Finding]:
    """Look at loads whose path is the model folder, or a folder in it."""
    script, module = entry_script(evidence)
    files = model_files(evidence)
    for use in path_uses(module):
        wanted, phases = reached(use.path.inside, files), reach(module).phases(use.call)
        if use.name not in ONE_FILE or use.path.base is not Base.MODEL or not use.path.complete or not phases:
            continue
        if wanted is None:
            continue
        below = [f for f in files if f.startswith(f"{wanted}/")] if wanted else list(files)
        if wanted and (not below or wanted in files):
            continue
        only = below[0] if len(below) == 1 else None
        edits = below_model_folder(module, script, use, only[len(wanted) :].lstrip("/")) if only else ()
        label = f"`{wanted}`, a folder" if wanted else "the model folder itself"
        yield Finding(
            title=f"{use.name}() is given {label}",
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [use.call, *use.path.literals]),
            about=("variable:AZUREML_MODEL_DIR", *about_lines([use.call]), *about_phases(phases)),
            fixes=(
                Fix(title=f"join the file's name, `{only}`", edits=edits)
                if only
                else Fix(
                    title="join the file's name",
                    safety=Safety.PLACEHOLDER,
                    commands=('os.path.join(os.environ["AZUREML_MODEL_DIR"], "<file>")',),
                ),
            ),
        )


assert ONE_FILE - OPENERS - FOLDER_LOADERS

_INIT = "import os\nimport joblib\ndef init():\n    global model\n"
_RUN = "def run(data): return 1\n"


CASES = (
    fires(
        with_models(_INIT + "    model = joblib.load(os.getenv('AZUREML_MODEL_DIR'))\n" + _RUN, "model.pkl"),
        line=5,
        fixed=_INIT + "    model = joblib.load(os.path.join(os.getenv('AZUREML_MODEL_DIR'), \"model.pkl\"))\n" + _RUN,
    ),
    fires(_INIT + "    path = os.environ['AZUREML_MODEL_DIR']\n    model = joblib.load(path)\n" + _RUN, saw="itself"),
    fires(
        with_models(
            _INIT + "    model = joblib.load(os.path.join(os.getenv('AZUREML_MODEL_DIR'), 'out'))\n" + _RUN, "out/m.pkl"
        ),
        saw="`out`",
    ),
    quiet("import mlflow, os\ndef init():\n    mlflow.pyfunc.load_model(os.environ['AZUREML_MODEL_DIR'])\n" + _RUN),
    quiet(
        "import os\nfrom tensorflow.keras.models import load_model\n"
        "M = load_model(os.getenv('AZUREML_MODEL_DIR'))\n" + _RUN
    ),
    quiet(_INIT + "    model = joblib.load(os.path.join(os.getenv('AZUREML_MODEL_DIR'), os.listdir('.')[0]))\n" + _RUN),
    quiet("from azureml.core.model import Model\nimport joblib\nM = joblib.load(Model.get_model_path('m'))\n" + _RUN),
)
