"""The folder that AZUREML_MODEL_DIR names is not inside.

What it finds
-------------
The value of `AZUREML_MODEL_DIR`, held against the folders inside; and what fails in a line that reads the variable,
whatever the library says of it.

Why it breaks
-------------
The script joins the variable with a file name. Where the folder does not exist, no file of it can be opened, so init()
raises and the worker exits with code 3.

How to fix
----------
Set the variable to the folder that is there, or mount (or copy) the model to the place that it names.

Learn more
----------
Product documentation, "Deploy and score a machine learning model by using an online endpoint": the model lies at
`/var/azureml-app/azureml-models/<name>/<version>`.
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import Failed, failed, lacking
from checks.container.places import MODEL_DIR, Places, container_of, model_dir, mount_over, places_of, tail, within
from checks.container.remake import executed
from checks.container.scenes import APP, ENVIRONMENT, MODELS, bind, folder, frozen, seen, traceback
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.paths import MODEL_SUFFIXES
from checks.runtime.wording import titled
from checks.text import listed

EXPLAINS = (
    "container.model-file-elsewhere",
    "logs.model-file-missing",
    "logs.file-missing",
    "logs.transformers-path-missing",
    "runtime.model-file-missing",
    "runtime.file-missing",
    "runtime.model-folder-not-given",
    "runtime.init-raised",
)


@check(
    "container.model-folder-missing",
    needs=("container", "inside"),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def model_folder_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look for the folder, then for one that may be meant."""
    container, places = container_of(evidence), places_of(evidence)
    path = model_dir(container)
    if path is None or places.has(path):
        return
    told = next((one for one in lacking(evidence) if within(one.path, path)), None)
    if told is None and places.lacks(path):
        told = next((one for one in failed(evidence) if one.failure.own and MODEL_DIR in one.failure.own.code), None)
    if told is None and not (places.lacks(path) and _uses(evidence)):
        return
    near = _near(places, path, told)
    yield Finding(
        title=titled(f"{MODEL_DIR} names {tail(path)}, which is not inside", 88),
        evidence=(
            *(told.quotes if told else ()),
            Quote(source="container", text=f"{MODEL_DIR}={path}"),
            Quote(source="inside", text=f"there are {listed(near)}" if near else _nothing(places, path)),
        ),
        severity=None if told else Severity.WARNING,
        about=tuple(dict.fromkeys((f"variable:{MODEL_DIR}", f"file:{path}", *(told.about if told else ())))),
        fixes=tuple(_fixes(path, near, mounted=mount_over(container, path) is not None)),
        confirm=executed(container, f"ls -R {path}"),
    )


def _uses(evidence: Evidence) -> bool:
    return isinstance(evidence.script, Script) and MODEL_DIR in evidence.script.text


def _near(places: Places, path: str, told: Failed | None) -> tuple[str, ...]:
    """Folders that may be meant: those that hold the missed file, then other versions and names, then any model."""
    found: list[str] = []
    if told and told.path != path and within(told.path, path):
        rest = posixpath.relpath(told.path, path)
        found += sorted(p[: -len(rest) - 1] for p in places.files if p.endswith(f"/{rest}"))
    parent = posixpath.dirname(path)
    for root in (parent, posixpath.dirname(parent)):
        if root.count("/") > 1 and not found:
            found += sorted({posixpath.dirname(p) for p in places.below(root) if p.lower().endswith(MODEL_SUFFIXES)})
    if not found:
        found = sorted({posixpath.dirname(p) for p in places.files if p.lower().endswith(MODEL_SUFFIXES)})
    return tuple(dict.fromkeys(folder for folder in found if folder))[:4]


def _nothing(places: Places, path: str) -> str:
    above = posixpath.dirname(path)
    while above != "/" and not places.is_folder(above):
        above = posixpath.dirname(above)
    below = sorted({p[len(above) + 1 :].split("/")[0] for p in places.files if within(p, above) and p != above})
    return f"{above} holds {listed(below, 6)}" if above != "/" else "no folder on that path was found"


def _fixes(path: str, near: tuple[str, ...], *, mounted: bool) -> Iterator[Fix]:
    for folder_ in near[:2]:
        yield Fix(title=f"set {MODEL_DIR} to {folder_}", commands=(f"-e {MODEL_DIR}={folder_}",))
    kind = "correct the mount" if mounted else "mount <folder of the model> there"
    yield Fix(
        title=kind if near else f"mount <folder of the model> at {path}",
        safety=Safety.PLACEHOLDER,
        commands=(f"-v <folder of the model>:{path}:ro",),
    )


GONE = traceback(f"FileNotFoundError: [Errno 2] No such file or directory: '{MODELS}/model.pkl'")
CODE = folder(APP, "score.py", "azureml-models/churn/2/model.pkl")
USES = Script(path=f"{APP}/score.py", text=f'import os\nROOT = os.environ["{MODEL_DIR}"]\n')

UNSAID = (
    "Traceback (most recent call last):\n"
    f'  File "{APP}/score.py", line 2, in init\n    base = connect(join(os.environ["{MODEL_DIR}"], "a.db"))\n'
    "sqlite3.OperationalError: unable to open database file\n"
)

CASES = (
    fires(seen(frozen(CODE), GONE), saw=f"there are {APP}/azureml-models/churn/2", line=6, findings=1),
    fires(seen(frozen(folder(APP, "score.py", "model/model.pkl")), GONE), saw=f"there are {APP}/model"),
    fires(seen(frozen(folder(APP, "score.py")), GONE), saw=f"{APP} holds score.py"),
    fires(
        seen(frozen(folder(APP, "score.py")), script=USES), saw="which is not inside", name="foreseen: nothing has run"
    ),
    fires(
        seen(frozen(folder(APP, "score.py")), UNSAID, script=USES),
        saw="unable to open database file",
        line=2,
        name="the library names no path",
    ),
    quiet(seen(frozen(folder(APP, "score.py", "azureml-models/churn/3/model.pkl")), GONE), name="it is there"),
    quiet(seen(frozen(folder(APP, "score.py"))), name="nothing uses it"),
    quiet(seen(frozen(CODE), GONE, environment={**ENVIRONMENT, MODEL_DIR: ""}), name="it is not set"),
    quiet(
        seen(frozen(folder(APP, "score.py"), folder(MODELS, "m.pkl")), mounts=(bind("/m", MODELS),), script=USES),
        name="mounted",
    ),
)
