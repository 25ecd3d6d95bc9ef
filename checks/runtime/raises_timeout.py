"""run() raises a TimeoutError of its own.

What it finds
-------------
A `TimeoutError` that comes out of run(): of a socket, a request, a queue.

Why it breaks
-------------
The server measures its own limit with the same exception class, so it reports this one as `Scoring timeout after
3600000 ms`, although nothing ran that long. The client gets 500 and looks for the wrong cause.

How to fix
----------
Catch the exception in run() and answer with the status that fits, or make the called service faster.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `timer`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.raises-timeout", needs=("probe",), stage=Stage.RUN, explains=RAISED)
def raises_timeout(evidence: Evidence) -> Iterator[Finding]:
    """Say how the server will misreport it."""
    for failure in told_by("runtime.raises-timeout", evidence):
        yield failure.finding(
            "run() raises a timeout of its own, which the server reports as its limit",
            fixes=(
                Fix(
                    title="catch it in run() and answer with a status of your own", commands=("AMLResponse(..., 504)",)
                ),
            ),
        )


SCRIPT = "import requests\n\ndef init(): ...\n\ndef run(data):\n    return requests.get('http://features').json()\n"
HERE = at(SCRIPT, "requests.get")

CASES = (
    fires(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "TimeoutError", "timed out", HERE))),
        saw="raises a timeout of its own",
        line=6,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "ReadTimeout", "Read timed out. (read timeout=5)", HERE)))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "TimeoutError", "timed out", HERE)), name="init() has no such limit"),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "ValueError", "timed out", HERE)))),
    quiet(seen(SCRIPT, *started())),
)
