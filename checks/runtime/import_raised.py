"""Importing the entry script raises an exception.

What it finds
-------------
An exception that ended the import of the entry script in the rehearsal.

Why it breaks
-------------
The server imports the script before it calls init(). Whatever the import raises, `SystemExit` included, ends the worker
with exit code 3, and the container restarts.

How to fix
----------
Start at the quoted line, the innermost one of your own code; the exception's text says what it met there. Where another
finding explains the exception, follow that one.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `load_script`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Stage
from checks.runtime.generic import raised_findings
from checks.runtime.observed import at, conda_file, raised_in, seen, started


@check("runtime.import-raised", needs=("probe",), stage=Stage.LOAD, confidence=Confidence.CERTAIN)
def import_raised(evidence: Evidence) -> Iterator[Finding]:
    """Tell what ended the import."""
    yield from raised_findings(evidence, Phase.IMPORT)


TABLE = "import json\n\nTABLE = json.loads('{')\n\ndef init(): ...\ndef run(data): return TABLE\n"
PACKAGE = "import cv2\ndef init(): ...\ndef run(data): return 1\n"

CASES = (
    fires(
        seen(TABLE, raised_in(Phase.IMPORT, "ValueError", "bad table", at(TABLE, "loads"))),
        saw="raises ValueError: bad table",
        line=3,
        findings=1,
    ),
    fires(
        seen(PACKAGE, raised_in(Phase.IMPORT, "ModuleNotFoundError", "No module named 'cv2'", at(PACKAGE, "cv2"))),
        saw="No module named 'cv2'",
        line=1,
    ),
    quiet(seen(TABLE, *started())),
    quiet(
        seen(
            PACKAGE,
            raised_in(Phase.IMPORT, "ModuleNotFoundError", "No module named 'cv2'", at(PACKAGE, "cv2")),
            environment=conda_file("opencv-python"),
        ),
        name="the deployment has it, only this interpreter lacks it",
    ),
    quiet(seen(TABLE, *started(raised_in(Phase.RUN, "ValueError", "", at(TABLE, "run")))), name="another phase"),
)
