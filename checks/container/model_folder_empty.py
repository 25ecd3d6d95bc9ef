"""The model folder is there, and nothing is in it.

What it finds
-------------
A folder named by `AZUREML_MODEL_DIR` without any file, while the script loads something from it.

Why it breaks
-------------
The script looks for its model in a folder without files: the copy of the model was left out of the image, or its
download failed. init() raises, and the worker exits with code 3.

How to fix
----------
Copy the model into the image, or mount the folder that holds it.

Learn more
----------
Product documentation, "Deploy and score a machine learning model by using an online endpoint".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import lacking
from checks.container.places import MODEL_DIR, container_of, model_dir, mount_over, places_of, tail, within
from checks.container.scenes import APP, MODELS, bind, folder, frozen, local, seen, traceback
from checks.containers import LocalSource
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.paths import MODEL_SUFFIXES
from checks.runtime.wording import titled
from checks.text import listed


@check(
    "container.model-folder-empty",
    needs=("container", "inside"),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.model-file-elsewhere",
        "logs.model-file-missing",
        "logs.file-missing",
        "logs.transformers-path-missing",
        "runtime.model-file-missing",
        "runtime.file-missing",
        "runtime.init-raised",
    ),
)
def model_folder_empty(evidence: Evidence) -> Iterator[Finding]:
    """Name the folder, and the models that lie elsewhere inside or in the local source."""
    container, places = container_of(evidence), places_of(evidence)
    path = model_dir(container)
    if path is None or not places.is_empty(path):
        return
    mount = mount_over(container, path)
    if mount and places.is_empty(mount.target):
        return  # container.mount-empty knows why
    told = next((one for one in lacking(evidence) if within(one.path, path)), None)
    uses = isinstance(evidence.script, Script) and MODEL_DIR in evidence.script.text
    if told is None and not uses:
        return
    elsewhere = sorted(p for p in places.files if p.lower().endswith(MODEL_SUFFIXES))
    quotes = [Quote(source="container", text=f"{MODEL_DIR}={path}"), Quote(source=path, text="holds nothing")]
    if elsewhere:
        quotes.append(Quote(source="inside", text=f"there are models at {listed(elsewhere)}"))
    if isinstance(evidence.local, LocalSource):
        own = sorted(f.path for f in evidence.local.files if f.path.lower().endswith(MODEL_SUFFIXES))
        if own:
            quotes.append(Quote(source=evidence.local.path, text=f"the local source has {listed(own)}"))
    at = elsewhere[0].rsplit("/", 1)[0] if elsewhere else ""
    first = (Fix(title=f"set {MODEL_DIR} to {at}", commands=(f"-e {MODEL_DIR}={at}",)),) if at else ()
    yield Finding(
        title=titled(f"the model folder {tail(path)} is empty", 88),
        evidence=(*(told.quotes if told else ()), *quotes),
        severity=None if told else Severity.WARNING,
        about=tuple(dict.fromkeys((f"variable:{MODEL_DIR}", f"file:{path}", *(told.about if told else ())))),
        fixes=(
            *first,
            Fix(
                title="mount <folder of the model> there, or copy it when the image is built",
                safety=Safety.PLACEHOLDER,
                commands=(f"-v <folder of the model>:{path}:ro", f"COPY <folder of the model>/ {path}/"),
            ),
        ),
    )


GONE = traceback(f"FileNotFoundError: [Errno 2] No such file or directory: '{MODELS}/model.pkl'")
BARE = folder(APP, "score.py", "azureml-models/churn/3/")

CASES = (
    fires(seen(frozen(BARE), GONE), saw="holds nothing", line=6, findings=1),
    fires(
        seen(frozen(folder(APP, "score.py", "m.onnx"), folder(MODELS)), GONE), saw=f"there are models at {APP}/m.onnx"
    ),
    fires(seen(frozen(BARE), GONE, local=local("model/model.pkl")), saw="the local source has model/model.pkl"),
    quiet(seen(frozen(BARE)), name="nothing uses it"),
    quiet(seen(frozen(BARE), GONE, mounts=(bind("/m", MODELS),)), name="an empty mount: another check"),
    quiet(seen(frozen(folder(APP, "score.py", "azureml-models/churn/3/other.pkl")), GONE), name="another file"),
    quiet(seen(frozen(folder(APP, "score.py")), GONE), name="there is no such folder"),
    quiet(seen(frozen(folder(APP, "score.py"), folder(MODELS, truncated=True)), GONE), name="not read as a whole"),
)
