"""No model is registered under the name that the script asks for.

What it finds
-------------
What `Model.get_model_path` raises: `Model ... not found in cache`, and `can contain only 1 file or folder`.

Why it breaks
-------------
`get_model_path` looks in `azureml-models/<name>/<version>` of the container and knows the registered names alone.
Under another name it finds nothing; with several files it does not know which one is meant. init() fails and the
worker exits with code 3.

How to fix
----------
Read from `AZUREML_MODEL_DIR`, which needs no name.

Learn more
----------
Source: azureml-core 1.61, `azureml/core/model.py`, `Model.get_model_path`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, ModelFolder, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.paths import listing
from checks.runtime.reading import told_by
from checks.runtime.wording import one_line, titled


@check("runtime.model-name-unknown", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def model_name_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Name what was asked for, and what is there."""
    for failure in told_by("runtime.model-name-unknown", evidence):
        said = re.search(r"Model (\S+) not found in cache", failure.message)
        several = "can contain only 1 file" in failure.message
        what = (
            f"no model is registered as {one_line(said.group(1), 40)}" if said else "the model's name is not registered"
        )
        models = evidence.models
        yield failure.finding(
            titled("get_model_path() finds several files and takes only one" if several else what, 88),
            saw=(Quote(source=models.path, text=listing(models)),) if isinstance(models, ModelFolder) else (),
            about=(f"name:{said.group(1)}",) if said else (),
            fixes=(
                Fix(
                    title="load from AZUREML_MODEL_DIR instead of asking by name",
                    commands=('os.path.join(os.environ["AZUREML_MODEL_DIR"], "<file>")',),
                ),
            ),
        )


SCRIPT = """from azureml.core.model import Model

def init():
    Model.get_model_path("churn")

def run(data): return 1
"""
HERE = at(SCRIPT, "get_model_path")
SAYS = "Model churn not found in cache at azureml-models or in current working directory /app."

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "ModelNotFoundException", SAYS, HERE)),
        saw="no model is registered as churn",
        line=4,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            raised_in(Phase.INIT, "WebserviceException", "Dir a/1 can contain only 1 file or folder. Found ['a', 'b']"),
        ),
        saw="finds several files",
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "FileNotFoundError", "[Errno 2] No such file or directory: 'churn'"))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "WebserviceException", "version should be an int", HERE))),
    quiet(seen(SCRIPT, *started())),
)
