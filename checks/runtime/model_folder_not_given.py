"""The script needs the model folder, and the rehearsal was given none.

What it finds
-------------
A failure that comes from `AZUREML_MODEL_DIR` not being set, or from a model file that is not there, while doctor had no
model folder to offer.

Why it breaks
-------------
The platform sets `AZUREML_MODEL_DIR` where a deployment has a model; the rehearsal sets it to the folder that
`--model-dir` names. Without one, init() cannot load anything, and what comes after it could not be tried.

How to fix
----------
Hand the model folder over: `doctor check ... --model-dir <folder>`. A deployment without a registered model lacks the
variable as well.

Learn more
----------
`doctor check --help`, option `--model-dir`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Asked, Evidence, Missing, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.observed import at, library, model_folder, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.variables import MODEL_DIR


@check(
    "runtime.model-folder-not-given",
    needs=("probe",),
    stage=Stage.INIT,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def model_folder_not_given(evidence: Evidence) -> Iterator[Finding]:
    """Ask for the folder instead of blaming the script."""
    for failure in told_by("runtime.model-folder-not-given", evidence):
        reason = evidence.models.reason if isinstance(evidence.models, Missing) else ""
        yield failure.finding(
            f"the rehearsal stopped: {failure.phase.value} needs a model folder, and none was given",
            saw=(Quote(source="probe", text=f"{MODEL_DIR} was not set: {reason}"),),
            about=(f"variable:{MODEL_DIR}",),
            fixes=(
                Fix(
                    title="hand over the model: --model-dir <folder>",
                    safety=Safety.PLACEHOLDER,
                    commands=(f"doctor check {evidence.target.name} --model-dir <folder>",),
                ),
            ),
        )


SCRIPT = """import os
import joblib

def init():
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model.pkl"))

def run(data): return 1
"""
STRICT = SCRIPT.replace('getenv("AZUREML_MODEL_DIR")', 'environ["AZUREML_MODEL_DIR"]')
NONE_PATH = "expected str, bytes or os.PathLike object, not NoneType"
OS = library("/usr/lib/python3.11/os.py", 680, "__getitem__")


def _asked(text: str) -> tuple[Asked, ...]:
    return (Asked(name=MODEL_DIR, set=False, phase=Phase.INIT, at=at(text, MODEL_DIR)),)


CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "TypeError", NONE_PATH, at(SCRIPT, MODEL_DIR)), asked=_asked(SCRIPT)),
        saw="init needs a model folder, and none was given",
        line=6,
        findings=1,
    ),
    fires(seen(STRICT, raised_in(Phase.INIT, "KeyError", f"'{MODEL_DIR}'", at(STRICT, MODEL_DIR), OS)), line=6),
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT,
                "FileNotFoundError",
                "[Errno 2] No such file or directory: './model.pkl'",
                at(SCRIPT, MODEL_DIR),
                filename="./model.pkl",
            ),
            asked=_asked(SCRIPT),
        ),
        name="a default stood in for the variable",
    ),
    quiet(
        seen(
            SCRIPT,
            raised_in(Phase.INIT, "TypeError", NONE_PATH, at(SCRIPT, MODEL_DIR)),
            asked=_asked(SCRIPT),
            models=model_folder("model.pkl"),
        ),
        name="a folder was given",
    ),
    quiet(seen(STRICT, raised_in(Phase.INIT, "KeyError", "'TENANT'", at(STRICT, MODEL_DIR), OS))),
    quiet(seen(SCRIPT, *started(), asked=_asked(SCRIPT))),
)
