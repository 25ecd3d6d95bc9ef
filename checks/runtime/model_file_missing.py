"""The model file that the script loads is not there.

What it finds
-------------
A file that was not found, in the model folder or with the ending of a model file, whoever reported it: Python itself,
onnxruntime, xgboost, Keras and others in their own words.

Why it breaks
-------------
The path that the script puts together names no file. In the container `AZUREML_MODEL_DIR` is the folder that was
registered, with its own folders inside, and the current folder is not the model's. init() fails, the worker exits with
code 3, and the log shows `Model Directory Contents:`.

How to fix
----------
Join `AZUREML_MODEL_DIR` with the path that the file has inside the registered folder.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: the model folder's tree is logged after a failed
init(). Product documentation, "Understand the scoring script".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Missing, ModelFolder, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED, Failure
from checks.runtime.observed import at, model_folder, raised_in, seen, started
from checks.runtime.paths import anchor_fix, inside_models, listing, missing_path, near, rename_fix
from checks.runtime.reading import told_by
from checks.runtime.wording import base_name, one_line, titled

FOLDER = 'os.environ["AZUREML_MODEL_DIR"]'


@check("runtime.model-file-missing", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def model_file_missing(evidence: Evidence) -> Iterator[Finding]:
    """Hold the path against what the model folder has."""
    for failure in told_by("runtime.model-file-missing", evidence):
        path = missing_path(failure)
        if not path:
            continue
        about = (f"file:{base_name(path)}", f"file:{path}")
        if isinstance(evidence.models, Missing):
            yield _no_folder(failure, path, evidence.models, about)
            continue
        inside = inside_models(path, evidence)
        candidates = near(inside or path, evidence.models)
        where = "the model folder" if inside else "the place where the script looks"
        if "\\" in path and candidates and path.replace("\\", "/").endswith(candidates[0]):
            where = "the container, where a backslash separates nothing"
        similar = tuple(
            Quote(source=evidence.models.path, text=f"a file with a similar name exists: {c}")
            for c in candidates[:1]
            if base_name(c) != base_name(path)
        )
        yield failure.finding(
            titled(f"{base_name(path)} is not in {where}", 88),
            saw=(Quote(source=evidence.models.path, text=listing(evidence.models)), *similar),
            about=about,
            fixes=tuple(_fixes(failure, path, inside, candidates, evidence.models)),
        )


def _no_folder(failure: Failure, path: str, models: Missing, about: tuple[str, ...]) -> Finding:
    title = f"ship {base_name(path)} as the deployment's model, and load it from there"
    fix = anchor_fix(failure, path, FOLDER, base_name(path), title)
    return failure.finding(
        titled(f"the model file {base_name(path)} is not there", 88),
        saw=(Quote(source="model folder", text=models.reason),),
        about=about,
        fixes=(fix or Fix(title=title, commands=(f'os.path.join({FOLDER}, "{base_name(path)}")',)),),
    )


def _fixes(
    failure: Failure, path: str, inside: str | None, candidates: tuple[str, ...], models: ModelFolder
) -> Iterator[Fix]:
    if "\\" in path and candidates and path.replace("\\", "/").endswith(candidates[0]):
        yield Fix(title="write the path with os.path.join, or with forward slashes", commands=(candidates[0],))
    elif inside and len(candidates) == 1 and (fix := rename_fix(failure, inside, candidates[0])):
        yield fix
    elif not inside and candidates:
        title = f"load {candidates[0]} from the model folder"
        yield anchor_fix(failure, path, FOLDER, candidates[0], title) or Fix(
            title=title, commands=(f'os.path.join({FOLDER}, "{candidates[0]}")',)
        )
    elif candidates:
        names = one_line(", ".join(candidates), 80)
        yield Fix(title=f"name the file that is there: {names}")
    else:
        yield Fix(
            title=f"register the model with {base_name(path)}, or load <file>, one that the folder has",
            safety=Safety.PLACEHOLDER,
            commands=(f"ls {models.path}",),
        )


SCRIPT = """import os
import joblib

def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))

def run(data): return 1
"""
BARE = """import joblib

def init():
    global model
    model = joblib.load("outputs/model.pkl")

def run(data): return 1
"""


def _lacks(text: str, path: str, *files: str, given: bool = True) -> Evidence:
    message = f"[Errno 2] No such file or directory: '{path}'"
    step = raised_in(Phase.INIT, "FileNotFoundError", message, at(text, "joblib.load"), filename=path)
    return seen(text, step, models=model_folder(*files) if given else None)


CASES = (
    fires(
        _lacks(SCRIPT, "models/model.pkl", "fraud_model.pkl", "README.md"),
        saw="a file with a similar name exists: fraud_model.pkl",
        line=6,
        fixed=SCRIPT.replace("model.pkl", "fraud_model.pkl"),
        findings=1,
    ),
    fires(
        _lacks(SCRIPT, "models/model.pkl", "model/model.pkl"),
        fixed=SCRIPT.replace('"model.pkl"', '"model/model.pkl"'),
        name="a folder was forgotten",
    ),
    fires(
        _lacks(BARE, "outputs/model.pkl", "model.pkl"),
        saw="model.pkl is not in the place where the script looks",
        fixed=BARE.replace('"outputs/model.pkl"', 'os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl")').replace(
            "import joblib\n", "import os\nimport joblib\n"
        ),
    ),
    fires(_lacks(SCRIPT, "models/model.pkl", "a.pkl", "b.pkl"), saw="holds a.pkl, b.pkl", fixed=SCRIPT, name="two"),
    fires(_lacks(SCRIPT, "models/model.pkl"), saw="the folder is empty"),
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT,
                "NoSuchFile",
                "[ONNXRuntimeError] : 3 : NO_SUCHFILE : Load model from models/net.onnx failed:Load model "
                "models/net.onnx failed. File doesn't exist",
                at(SCRIPT, "joblib.load"),
            ),
            models=model_folder("network.onnx"),
        ),
        saw="net.onnx is not in the model folder",
        name="a library's own words",
    ),
    fires(_lacks(BARE, "outputs/model.pkl", given=False), saw="the model file model.pkl is not there"),
    quiet(_lacks(BARE, "labels.txt", "model.pkl"), name="not a model"),
    quiet(
        seen(SCRIPT, raised_in(Phase.INIT, "KeyError", "'AZUREML_MODEL_DIR'", at(SCRIPT, "joblib.load"))),
        name="the variable is not set",
    ),
    quiet(seen(SCRIPT, *started(), models=model_folder("other.pkl"))),
)
