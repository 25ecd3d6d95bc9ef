"""A file that was not found lies at another path inside.

What it finds
-------------
The path of a file that the script could not open, held against all files that were read inside: the same name in
another folder or in another case, or a similar name.

Why it breaks
-------------
A path must be exact, in case as well. A registered folder keeps its own name below `AZUREML_MODEL_DIR`, a copied one
does not, and the working folder of the server is not that of a notebook. What the script names is not there.

How to fix
----------
Let the script name the path that the file has, built from `AZUREML_MODEL_DIR` or from its own folder; or point the
variable to the folder in which the file lies.

Learn more
----------
Product documentation, "Deploy and score a machine learning model by using an online endpoint": a registered folder
keeps its name below `AZUREML_MODEL_DIR`.
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import Failed, lacking
from checks.container.places import MODEL_DIR, container_of, entry_of, model_dir, places_of, tail, within
from checks.container.scenes import APP, MODELS, SCRIPT, folder, frozen, models, seen, traceback
from checks.containers import Container
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.model_file_missing import FOLDER
from checks.runtime.paths import anchor_fix, missing_program, rename_fix
from checks.runtime.wording import base_name, titled
from checks.text import listed

MOST = 3  # findings: the others are of the same kind
EXPLAINS = (
    "logs.model-file-missing",
    "logs.file-missing",
    "logs.transformers-path-missing",
    "logs.mlmodel-missing",
    "logs.model-library-error",
    "runtime.model-file-missing",
    "runtime.file-missing",
    "runtime.model-folder-not-given",
    "runtime.init-raised",
    "runtime.run-raised",
    "entry-script.model-file-name",
    "entry-script.absolute-path",
    "entry-script.working-directory-path",
)


@check(
    "container.model-file-elsewhere",
    needs=("container", "inside"),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def model_file_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """Look for each missing file among all that is inside."""
    container, places = container_of(evidence), places_of(evidence)
    entry, root = entry_of(container), model_dir(container)
    told = 0
    for one in lacking(evidence):
        if root and within(one.path, root) and not places.has(root):
            continue  # container.model-folder-missing names the folder that may be meant
        if not one.path or (entry and one.path == entry.path) or places.has(one.path):
            continue
        if missing_program(one.failure) or one.path.endswith((".py", ".so")):
            continue
        found = places.candidates(one.path)
        if not found or told == MOST:
            continue
        told += 1
        same = [p for p in found if base_name(p) == base_name(one.path)]
        cased = [p for p in found if base_name(p).lower() == base_name(one.path).lower()]
        alike = same or cased or list(found)
        best = next((path for path in alike if root and within(path, root)), alike[0])
        how = "lies at another path" if same else "is written in another case" if cased else "is called otherwise"
        yield one.finding(
            titled(f"{base_name(one.path)} {how} inside: {tail(best)}", 88),
            saw=(
                Quote(source="expected", text=one.path),
                Quote(
                    source="inside", text=f"there are {listed(list(found))}" if len(found) > 1 else f"there is {best}"
                ),
            ),
            fixes=tuple(_fixes(container, one, best)),
            about=(f"variable:{MODEL_DIR}",) if root and within(one.path, root) else (),
        )


def _fixes(container: Container, one: Failed, best: str) -> Iterator[Fix]:
    root = model_dir(container)
    line = f"line {one.failure.own.line} of {base_name(one.failure.own.path)}" if one.failure.own else "the script"
    code = posixpath.dirname(one.failure.own.path) if one.failure.own else ""
    if root and within(best, root):
        inside = posixpath.relpath(best, root)
        title = f"let {line} load {inside} from the model folder"
        below = posixpath.relpath(one.path, root) if within(one.path, root) else ""
        renamed = rename_fix(one.failure, below, inside) if below else None
        yield (
            renamed
            or anchor_fix(one.failure, one.written, FOLDER, inside, title)
            or Fix(title=title, commands=(f'os.path.join({FOLDER}, "{inside}")',))
        )
        return
    if root and within(one.path, root):
        inside = posixpath.relpath(one.path, root)
        if best.endswith(f"/{inside}"):
            target = best[: -len(inside) - 1]
            yield Fix(title=f"set {MODEL_DIR} to {target}", commands=(f"-e {MODEL_DIR}={target}",))
    if code.startswith("/") and within(best, code):
        inside = posixpath.relpath(best, code)
        yield Fix(
            title=f"let {line} build the path from the script's own folder",
            commands=(f'os.path.join(os.path.dirname(os.path.abspath(__file__)), "{inside}")',),
        )
    else:
        yield Fix(title=f"let {line} load {best}, or copy the file to {one.path}")


GONE = traceback(f"FileNotFoundError: [Errno 2] No such file or directory: '{MODELS}/model.pkl'")
RELATIVE = traceback("FileNotFoundError: [Errno 2] No such file or directory: 'outputs/model.pkl'")
NET = traceback(
    "onnxruntime.capi.NoSuchFile: [ONNXRuntimeError] : 3 : NO_SUCHFILE : Load model from /m/net.onnx failed:"
    "Load model /m/net.onnx failed. File doesn't exist"
)
LOADS = Script(path=f"{APP}/score.py", text=SCRIPT)

CASES = (
    fires(
        seen(frozen(folder(APP, "score.py"), folder(MODELS, "model/model.pkl")), GONE),
        saw=f"there is {MODELS}/model/model.pkl",
        line=6,
        findings=1,
    ),
    fires(
        seen(frozen(folder(APP, "score.py"), folder(MODELS, "model/model.pkl")), GONE, script=LOADS),
        fixed=SCRIPT.replace('"model.pkl"', '"model/model.pkl"'),
        name="with the edit",
    ),
    fires(seen(frozen(folder(APP, "score.py"), folder(MODELS, "Model.pkl")), GONE), saw="in another case"),
    fires(
        seen(frozen(folder(APP, "score.py", "model/net.onnx"), folder(MODELS, "net.onnx")), NET),
        saw="another path inside: …/azureml-models/churn/3/net.onnx",
        name="beside the script and in the model folder: that one is meant",
    ),
    fires(seen(frozen(folder(APP, "score.py"), folder(MODELS, "model_v2.pkl")), GONE), saw="is called otherwise"),
    fires(
        seen(frozen(folder(APP, "score.py"), folder(MODELS, "model.pkl")), RELATIVE, working_dir="/"),
        saw="/outputs/model.pkl",
        name="relative to the working folder",
    ),
    fires(seen(frozen(folder(APP, "score.py", "models/net.onnx")), NET), saw=f"{APP}/models/net.onnx"),
    quiet(seen(frozen(folder(APP, "score.py"), folder(MODELS, "README.md")), GONE), name="nothing like it"),
    quiet(seen(frozen(folder(APP, "score.py", "m/model.pkl")), GONE), name="no model folder at all: another check"),
    quiet(seen(frozen(folder(APP, "score.py"), folder(MODELS, "model.pkl")), GONE), name="it is there by now"),
    quiet(seen(frozen(folder(APP, "score.py"), folder(MODELS, "model/model.pkl")), models=models("model/model.pkl"))),
    quiet(
        seen(
            frozen(folder(APP, "src/score.py")),
            traceback(f"FileNotFoundError: [Errno 2] No such file or directory: '{APP}/score.py'"),
        ),
        name="the entry script: another check",
    ),
)
