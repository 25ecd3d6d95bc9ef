"""The script looks for the workspace's config.json.

What it finds
-------------
`We could not find config.json in`, raised by `Workspace.from_config()`.

Why it breaks
-------------
A notebook folder has a config.json of the workspace; a container has none, and no user who signed in. init() fails and
the worker exits with code 3.

How to fix
----------
Leave the workspace out of the entry script: the model is in AZUREML_MODEL_DIR, and nothing else of the workspace is
needed to score.

Learn more
----------
Product documentation, "Understand the scoring script".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check(
    "runtime.workspace-config-missing",
    needs=("probe",),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=RAISED,
)
def workspace_config_missing(evidence: Evidence) -> Iterator[Finding]:
    """Point at the call, and at what it was to give."""
    for failure in told_by("runtime.workspace-config-missing", evidence):
        yield failure.finding(
            f"{failure.phase.value} opens a workspace, and there is none in a container",
            about=("module:azureml",),
            fixes=(
                Fix(
                    title="load the model from AZUREML_MODEL_DIR instead of the workspace",
                    commands=('os.path.join(os.environ["AZUREML_MODEL_DIR"], "<file>")',),
                ),
            ),
        )


SCRIPT = "from azureml.core import Workspace\n\ndef init():\n    Workspace.from_config()\n\ndef run(data): return 1\n"
SAYS = "We could not find config.json in: /app or in its parent directories. Please provide the full path to the config"

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "UserErrorException", SAYS, at(SCRIPT, "from_config"))),
        saw="init opens a workspace",
        line=4,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "UserErrorException", SAYS))), saw="run opens a workspace"),
    quiet(
        seen(SCRIPT, raised_in(Phase.INIT, "FileNotFoundError", "[Errno 2] No such file or directory: 'config.json'"))
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "UserErrorException", "The model is not there"))),
    quiet(seen(SCRIPT, *started())),
)
