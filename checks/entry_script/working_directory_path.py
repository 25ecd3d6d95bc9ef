"""A file is looked for in the current folder.

What it finds
-------------
Relative paths (`model.pkl`, `./model/labels.txt`, `outputs/model.pkl`, `os.getcwd()`) that are opened or loaded. A file
that lies beside the script is told as information.

Why it breaks
-------------
A relative path starts at the current folder of the server's process, which is neither the model folder nor,
necessarily, the folder of the script. The model of a deployment lies in the folder that AZUREML_MODEL_DIR names, so
the file is not found.

How to fix
----------
Join AZUREML_MODEL_DIR and the file's place inside the registered model; start from `os.path.dirname(__file__)` for
files that are shipped with the code.

Learn more
----------
Source: product documentation, "Understand the scoring script".
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.module import Module
from checks.entry_script.path_edits import beside_script, is_model_name, likely_file, model_files, to_model_folder
from checks.entry_script.paths import Base, PathUse, is_tested, path_uses, reached
from checks.entry_script.placeholders import is_placeholder
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.evidence import Evidence, ModelFile, ModelFolder, Script, SourceTree
from checks.finding import Confidence, Finding, Fix, Severity, Stage

NAMES_TOO = frozenset({"spacy.load", "sentence_transformers.SentenceTransformer"})
SCHEMES = ("://", ":memory:", "models:/", "runs:/", "azureml:", "file:")


@check(
    "entry-script.working-directory-path",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.file-missing", "runtime.model-file-missing", "runtime.file-outside", *RAISED, HIDDEN),
    helpers=True,
)
def working_directory_path(evidence: Evidence) -> Iterator[Finding]:
    """Look at every path that is opened and starts nowhere."""
    script, module = entry_script(evidence)
    uses = path_uses(module)
    if any(use.action == "chdir" and use.path.base in {Base.CODE, Base.MODEL, Base.OTHER} for use in uses):
        return
    told: set[str] = set()
    for use in uses:
        path, phases = use.path, reach(module).phases(use.call)
        if use.action not in {"load", "open"} or not path.is_relative or path.fallback or not phases:
            continue
        if (
            not path.inside
            or path.inside in told
            or is_placeholder(path.text)
            or any(scheme in path.text for scheme in SCHEMES)
        ):
            continue
        if (use.name in NAMES_TOO or use.name.startswith("mlflow.")) and not path.text.startswith("."):
            continue
        told.add(path.inside)
        yield _finding(evidence, script, module, use, phases)


def _finding(evidence: Evidence, script: Script, module: Module, use: PathUse, phases: tuple[str, ...]) -> Finding:
    path, wanted = use.path, use.path.inside
    beside = _lies_beside(evidence, wanted)
    tested = is_tested(module, path)
    in_model = likely_file(
        wanted, tuple(f for f in model_files(evidence) if posixpath.basename(f) == posixpath.basename(wanted))
    )
    severity = Severity.WARNING
    if beside or tested:
        severity = Severity.INFO
    elif in_model or (beside is False and use.action == "load"):
        severity = Severity.ERROR
    shown = wanted if len(wanted) <= 40 else f"...{wanted[-36:]}"
    return Finding(
        title=f"`{shown}` is looked for in the current folder",
        severity=severity,
        confidence=Confidence.LIKELY if severity is Severity.ERROR else Confidence.POSSIBLE,
        stage=STAGES[phases[0]],
        evidence=quotes(script, module, [*path.literals, use.call]),
        explains=() if severity is Severity.INFO else working_directory_path.explains,
        about=(
            f"file:{posixpath.basename(wanted)}",
            f"file:{path.text}",
            *about_lines([*path.literals, use.call]),
            *about_phases(phases),
        ),
        fixes=(_fix(evidence, script, module, use, bool(beside), in_model),),
    )


def _lies_beside(evidence: Evidence, wanted: str) -> bool | None:
    """Whether the code folder has the file; None when that is not known."""
    source = evidence.source
    if not isinstance(source, SourceTree):
        return None
    there = reached(wanted, source.files)
    if any(name == there or name.startswith(f"{there}/") for name in source.files):
        return True
    return None if source.truncated else False


def _fix(evidence: Evidence, script: Script, module: Module, use: PathUse, beside: bool, in_model: str | None) -> Fix:
    if beside and not in_model:
        return Fix(title="start from the folder of the script", edits=beside_script(module, script, use.path))
    candidate = in_model or likely_file(use.path.inside, model_files(evidence))
    if candidate is None and not is_model_name(use.path.inside):
        inside = use.path.inside
        shipped = posixpath.basename(inside) if ".." in inside.split("/") else inside
        return Fix(
            title=f"ship `{shipped}` with the code, and start its path from the folder of the script",
            commands=("os.path.join(os.path.dirname(os.path.abspath(__file__)), ...)",),
        )
    file = candidate or posixpath.basename(use.path.inside)
    return Fix(title=f"load `{file}` from AZUREML_MODEL_DIR", edits=to_model_folder(module, script, use.path, file))


_INIT = "import os\nimport joblib\ndef init():\n    global model\n"
_RUN = "def run(data): return 1\n"
_FIXED = _INIT + '    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))\n' + _RUN
CASES = (
    fires(_INIT + "    model = joblib.load('model.pkl')\n" + _RUN, saw="current folder", line=5, fixed=_FIXED),
    fires(_INIT + "    model = joblib.load(os.path.join(os.getcwd(), 'model.pkl'))\n" + _RUN, fixed=_FIXED),
    fires(
        script(
            "import pickle\ndef init():\n    global m\n    with open('outputs/m.pkl', 'rb') as f:\n"
            "        m = pickle.load(f)\n" + _RUN,
            models=ModelFolder(path="m", files=(ModelFile(path="v/m.pkl", size=1), ModelFile(path="x.txt", size=1))),
        ),
        fixed="import os\nimport pickle\ndef init():\n    global m\n"
        '    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "v", "m.pkl"), \'rb\') as f:\n'
        "        m = pickle.load(f)\n" + _RUN,
    ),
    fires(
        script("import os\nL = open('labels.txt').read()\n" + _RUN, beside=("labels.txt",)),
        fixed="import os\n"
        'L = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "labels.txt")).read()\n' + _RUN,
        name="beside the script: worth knowing",
    ),
    fires(
        script("import os\nL = open('model/../data/l.txt').read()\n" + _RUN, beside=("model/m.bin", "data/l.txt")),
        fixed="import os\n"
        'L = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "l.txt")).read()\n' + _RUN,
        name="there and back, and beside the script",
    ),
    quiet(_INIT + "    model = joblib.load(os.path.join(os.getenv('AZUREML_MODEL_DIR', '.'), 'model.pkl'))\n" + _RUN),
    quiet("import os\nHERE = os.path.dirname(__file__)\nT = open(os.path.join(HERE, 'x.txt')).read()\n" + _RUN),
    quiet("from pathlib import Path\nT = (Path(__file__).parent / 'x.txt').read_text()\n" + _RUN),
    quiet("import sqlite3, spacy\ndb = sqlite3.connect(':memory:')\nnlp = spacy.load('en_core_web_sm')\n" + _RUN),
    quiet("import os\nos.chdir(os.path.dirname(os.path.abspath(__file__)))\nT = open('x.txt').read()\n" + _RUN),
    quiet("def run(data):\n    with open(data['path']) as f:\n        return f.read()\n"),
    quiet("def run(data):\n    with open('log.txt', 'a') as f:\n        f.write('x')\n    return 1\n", name="writes"),
    quiet(_RUN + "if __name__ == '__main__':\n    print(run(open('sample.json').read()))\n"),
    quiet("import pandas as pd\ndef run(mini_batch):\n    return [len(pd.read_csv(p)) for p in mini_batch]\n"),
)
