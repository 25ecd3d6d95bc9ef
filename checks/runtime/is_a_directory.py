"""A path stops at a folder where a file is needed, or goes through a file.

What it finds
-------------
`IsADirectoryError` and `NotADirectoryError`.

Why it breaks
-------------
`AZUREML_MODEL_DIR` is a folder, and a registered folder keeps its name inside it. A loader that is given a folder
cannot open it; a path that goes on behind a file's name leads nowhere.

How to fix
----------
Join the name of the file, as the model folder has it.

Learn more
----------
Product documentation, "Understand the scoring script".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, ModelFolder, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, model_folder, raised_in, seen, started
from checks.runtime.paths import inside_models, listing, refused_path
from checks.runtime.reading import told_by
from checks.runtime.wording import base_name, titled


@check("runtime.is-a-directory", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def is_a_directory(evidence: Evidence) -> Iterator[Finding]:
    """Name the folder, and what it holds when it is the model folder."""
    for failure in told_by("runtime.is-a-directory", evidence):
        path = refused_path(failure)
        folder = failure.kind == "IsADirectoryError"
        models = evidence.models if isinstance(evidence.models, ModelFolder) else None
        ours = models is not None and (path.rstrip("/") == models.path.rstrip("/") or inside_models(path, evidence))
        files = [f.path for f in models.files] if models and ours else []
        inner = [f for f in files if f.startswith(f"{inside_models(path, evidence) or ''}")]
        only = inner[0] if len(inner) == 1 else "<file>"
        root = models is not None and path.rstrip("/") == models.path.rstrip("/")
        what = "the model folder" if root else inside_models(path, evidence) or path
        yield failure.finding(
            titled(f"{what or 'a path'} is a folder, not a file" if folder else f"{path} goes through a file", 88),
            saw=(Quote(source=models.path, text=listing(models)),) if models and ours else (),
            about=(f"file:{base_name(path)}", f"file:{path}") if path else (),
            fixes=(
                Fix(
                    title=f"join the name of the file: {only}",
                    safety=Safety.PLACEHOLDER if only == "<file>" else Safety.REVIEW,
                    commands=(f'os.path.join(os.environ["AZUREML_MODEL_DIR"], "{only}")',) if folder else (),
                ),
            ),
        )


SCRIPT = """import os, pickle

def init():
    global model
    with open(os.environ["AZUREML_MODEL_DIR"], "rb") as source:
        model = pickle.load(source)

def run(data): return 1
"""


def _stops(type: str, text: str, path: str) -> Evidence:
    step = raised_in(Phase.INIT, type, f"[Errno 21] {text}: '{path}'", at(SCRIPT, "open("), filename=path)
    return seen(SCRIPT, step, models=model_folder("model.pkl"))


CASES = (
    fires(
        _stops("IsADirectoryError", "Is a directory", "models"),
        saw="the model folder is a folder, not a file",
        line=5,
        findings=1,
    ),
    fires(_stops("NotADirectoryError", "Not a directory", "models/model.pkl/1"), saw="goes through a file"),
    fires(_stops("IsADirectoryError", "Is a directory", "/data"), saw="/data is a folder"),
    quiet(_stops("FileNotFoundError", "No such file or directory", "models/a.pkl")),
    quiet(_stops("PermissionError", "Permission denied", "models")),
    quiet(seen(SCRIPT, *started())),
)
