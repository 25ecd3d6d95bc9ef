"""The model's path is asked of the SDK instead of AZUREML_MODEL_DIR.

What it finds
-------------
`Model.get_model_path(...)` of azureml-core. It is told as a warning when the model folder has several entries.

Why it breaks
-------------
The call works in deployments of the first generation whose environment has azureml-core. It depends on the SDK in the
image, and raises when the version's folder holds more than one file or folder.

How to fix
----------
Join AZUREML_MODEL_DIR and the file's name: it works in every generation and needs no SDK.

Learn more
----------
Source: azureml-core 1.61, `azureml/core/model.py`; product documentation, "Understand the scoring script".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls
from checks.entry_script.given import with_models
from checks.entry_script.imports import model_folder_join
from checks.entry_script.path_edits import model_files
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Edit, Finding, Fix, Severity, Stage


@check(
    "entry-script.registry-path",
    needs=("tree",),
    stage=Stage.INIT,
    severity=Severity.INFO,
    confidence=Confidence.POSSIBLE,
    explains=("runtime.model-name-unknown",),
)
def registry_path(evidence: Evidence) -> Iterator[Finding]:
    """Look for the SDK's call, once for all its places."""
    script, module = entry_script(evidence)
    if "get_model_path" not in module.text:
        return
    found = [
        call for call, name in calls(module) if name.endswith("Model.get_model_path") and reach(module).phases(call)
    ]
    if not found:
        return
    files = model_files(evidence)
    several = len({f.split("/")[0] for f in files}) > 1
    phases = reach(module).phases(found[0])
    edits: tuple[Edit, ...] = ()
    if len(files) == 1 and len(found) == 1:
        code, imports = model_folder_join(module, script.path, tuple(files[0].split("/")))
        edits = (module.replace(script.path, found[0], code), *imports)
    yield Finding(
        title="Model.get_model_path() meets a model folder with several entries"
        if several
        else "the model's path is asked of azureml-core",
        severity=Severity.WARNING if several else None,
        stage=STAGES[phases[0]],
        evidence=quotes(script, module, found),
        about=(*about_lines(found), *about_phases(phases)),
        fixes=(Fix(title="join AZUREML_MODEL_DIR and the file's name", edits=edits),),
    )


_TEXT = (
    "import joblib\nfrom azureml.core.model import Model\ndef init():\n    global model\n"
    "    model = joblib.load(Model.get_model_path('m'))\ndef run(data): return 1\n"
)


CASES = (
    fires(_TEXT, line=5),
    fires(
        with_models(_TEXT, "out/m.pkl"),
        fixed="import os\n"
        + _TEXT.replace("Model.get_model_path('m')", 'os.path.join(os.environ["AZUREML_MODEL_DIR"], "out", "m.pkl")'),
    ),
    fires(with_models(_TEXT, "a.pkl", "b.pkl"), saw="several entries"),
    quiet(
        "class Paths:\n    def get_model_path(self): ...\ndef init():\n    Paths().get_model_path()\n"
        "def run(d): return 1\n"
    ),
    quiet(_TEXT.replace("def init():", "def dead():") + "def init(): ...\n", name="never called"),
)
