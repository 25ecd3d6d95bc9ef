"""init() raises an exception.

What it finds
-------------
An exception that ended init() in the rehearsal.

Why it breaks
-------------
The server calls init() once in each worker before it serves anything. An exception there ends the worker with exit
code 3 and `User's init function failed` in the log; the container restarts and never gets ready.

How to fix
----------
Start at the quoted line, the innermost one of your own code; the exception's text says what it met there. Where another
finding explains the exception, follow that one.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `invoke_init`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Stage
from checks.runtime.generic import raised_findings
from checks.runtime.observed import at, raised, raised_in, seen, started


@check("runtime.init-raised", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN)
def init_raised(evidence: Evidence) -> Iterator[Finding]:
    """Tell what ended init()."""
    yield from raised_findings(evidence, Phase.INIT)


SCRIPT = (
    "def init():\n    check(0)\n\ndef check(n):\n    raise RuntimeError(f'{n} rules') \n\ndef run(data): return 1\n"
)
FOLDER = "import os\n\ndef init():\n    open(os.environ['AZUREML_MODEL_DIR'])\n\ndef run(data): return 1\n"

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "0 rules", at(SCRIPT, "check(0)"), at(SCRIPT, "raise"))),
        saw="init() raises RuntimeError: 0 rules",
        line=5,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT,
                "RuntimeError",
                "the rules could not be read",
                at(SCRIPT, "raise"),
                cause=raised("ZeroDivisionError", "division by zero", at(SCRIPT, "check(0)")),
            ),
        ),
        saw="then raised as RuntimeError: the rules could not be read",
        line=2,
        name="the first exception of the chain tells",
    ),
    fires(seen(SCRIPT, raised_in(Phase.INIT, "OSError", "x" * 5000)), saw="init() raises OSError", name="no frame"),
    quiet(seen(SCRIPT, *started())),
    quiet(seen(SCRIPT, raised_in(Phase.IMPORT, "RuntimeError", "", at(SCRIPT, "raise"))), name="another phase"),
    quiet(
        seen(FOLDER, raised_in(Phase.INIT, "KeyError", "'AZUREML_MODEL_DIR'", at(FOLDER, "environ["))),
        name="only the rehearsal lacks the model folder",
    ),
)
