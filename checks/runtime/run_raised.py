"""run() raises an exception.

What it finds
-------------
An exception that ended a call of run() in the rehearsal, once for each different exception.

Why it breaks
-------------
The server answers 500 `An unexpected error occurred in scoring script. Check the logs for more info.` with the header
`x-ms-run-function-failed: True`; behind a managed endpoint the client sees 424.

How to fix
----------
Start at the quoted line, the innermost one of your own code; the exception's text says what it met there. Where another
finding explains the exception, follow that one.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/routes.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Signature
from checks.finding import Confidence, Finding, Stage
from checks.runtime.generic import raised_findings
from checks.runtime.observed import at, passed, raised_in, seen, started


@check("runtime.run-raised", needs=("probe",), stage=Stage.RUN, confidence=Confidence.CERTAIN)
def run_raised(evidence: Evidence) -> Iterator[Finding]:
    """Tell what ended calls of run()."""
    yield from raised_findings(evidence, Phase.RUN)


SCRIPT = "def init(): ...\n\ndef run(data):\n    return 1 / 0\n"
DIVIDES = raised_in(Phase.RUN, "ZeroDivisionError", "division by zero", at(SCRIPT, "1 / 0"))

CASES = (
    fires(seen(SCRIPT, *started(DIVIDES)), saw="run() raises ZeroDivisionError: division by zero", line=4, findings=1),
    fires(seen(SCRIPT, *started(DIVIDES, DIVIDES)), findings=1, name="two samples, one exception"),
    fires(
        seen(SCRIPT, *started(DIVIDES, raised_in(Phase.RUN, "ValueError", "empty", at(SCRIPT, "def run")))),
        findings=2,
        name="two samples, two exceptions",
    ),
    fires(
        seen(SCRIPT, *started(DIVIDES), signature=Signature(kind="batch")), line=4, findings=1, name="of a batch script"
    ),
    quiet(seen(SCRIPT, *started(passed(Phase.RUN)))),
    quiet(seen(SCRIPT, *started()), name="run() was not tried"),
    quiet(
        seen(SCRIPT, *started(passed(Phase.RUN), raised_in(Phase.REPEAT, "ValueError", "empty"))),
        name="the second call is another check's",
    ),
)
