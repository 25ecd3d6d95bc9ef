"""AZUREML_MODEL_DIR names a file, and the service wants a folder there.

What it finds
-------------
A path that leads through the file which AZUREML_MODEL_DIR names, as `.../model.pkl/model.pkl`, in an exception of the
script.

Why it breaks
-------------
The platform sets the variable to a folder, and scripts join it with a file name. A container that is started by hand
with the path of the file itself, or with the file mounted in the place of the folder, meets NotADirectoryError.

How to fix
----------
Let the variable name the folder, and mount the file below it.

Learn more
----------
Product documentation, "Understand the scoring script": AZUREML_MODEL_DIR is the path of the model folder.
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import failed
from checks.container.places import MODEL_DIR, container_of, model_dir, mount_over, places_of, tail, within
from checks.container.remake import remade
from checks.container.scenes import APP, MODELS, bind, file, folder, frozen, seen, traceback
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import base_name, titled


@check(
    "container.model-dir-is-file",
    needs=("container", "inside"),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=("runtime.is-a-directory", "runtime.init-raised", "runtime.run-raised", "logs.path-through-file"),
)
def model_dir_is_file(evidence: Evidence) -> Iterator[Finding]:
    """By the exception, and by what the path is inside."""
    container, places = container_of(evidence), places_of(evidence)
    root = model_dir(container)
    if root is None:
        return
    entry = places.files.get(root.rstrip("/"))
    mount = mount_over(container, root)
    if entry is None or entry.kind != "file":
        return
    for one in failed(evidence):
        if one.failure.kind != "NotADirectoryError" or not within(one.path, root) or one.path == root:
            continue
        above, name = posixpath.dirname(root), base_name(root)
        wanted = one.path[len(root) :].strip("/")
        fixes = [remade(f"let {MODEL_DIR} name the folder", container, "-e", f"{MODEL_DIR}={above}")]
        if wanted != name:
            where = f"mounted from {mount.source}" if mount and mount.target == root and mount.source else "as it is"
            fixes.append(Fix(title=f"the script wants {wanted} in that folder, and the file {where} is called {name}"))
        yield one.finding(
            titled(f"{MODEL_DIR} names a file: {tail(root)}", 88),
            saw=(
                Quote(source="container", text=f"{MODEL_DIR}={root}"),
                Quote(source="inside", text=f"{root} is a file"),
            ),
            about=(f"variable:{MODEL_DIR}",),
            fixes=tuple(fixes),
        )
        return


ENVIRONMENT = {"AML_APP_ROOT": APP, "AZUREML_ENTRY_SCRIPT": "score.py", MODEL_DIR: f"{MODELS}/model.pkl"}
THROUGH = traceback(f"NotADirectoryError: [Errno 20] Not a directory: '{MODELS}/model.pkl/model.pkl'")
OTHER = traceback(f"NotADirectoryError: [Errno 20] Not a directory: '{MODELS}/model.pkl/rates.json'")
INSIDE = frozen(folder(APP, "score.py"), folder(MODELS, file("model.pkl")))
CASES = (
    fires(
        seen(INSIDE, THROUGH, environment=ENVIRONMENT),
        saw="AZUREML_MODEL_DIR names a file: ",
        line=6,
        findings=1,
    ),
    fires(
        seen(INSIDE, OTHER, environment=ENVIRONMENT, mounts=(bind("/srv/model.pkl", f"{MODELS}/model.pkl"),)),
        saw=f"{MODELS}/model.pkl is a file",
    ),
    quiet(seen(INSIDE, environment=ENVIRONMENT), name="the script opens the variable itself"),
    quiet(seen(INSIDE, THROUGH), name="the variable names the folder"),
    quiet(seen(frozen(folder(APP, "score.py"), folder(f"{MODELS}/model.pkl", "a")), THROUGH, environment=ENVIRONMENT)),
)
