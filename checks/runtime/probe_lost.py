"""The rehearsal ended without a trace.

What it finds
-------------
A probe whose process ended and left neither an exception nor a signal nor an exit code, or that did not get as far as
the script.

Why it breaks
-------------
It may not break the service. The interpreter that ran the rehearsal stopped before it could tell anything, so the
script is not known to work.

How to fix
----------
Run the rehearsal again; then with the deployment's own interpreter (`--python`), or without one (`--no-run`).

Learn more
----------
`doctor check --help`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.endings import ending_of
from checks.runtime.failures import probe_of
from checks.runtime.observed import at, passed, seen, started, stopped
from checks.runtime.wording import few_lines


@check(
    "runtime.probe-lost",
    needs=("probe",),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def probe_lost(evidence: Evidence) -> Iterator[Finding]:
    """Say how far it came."""
    ending = ending_of(evidence)
    if ending is None or (ending.exit.reason != "lost" and ending.exit.phase is not Phase.START):
        return
    probe = probe_of(evidence)
    last = (Quote(source="stderr", text=few_lines(probe.stderr.text[-600:])),) if probe.stderr.text.strip() else ()
    yield ending.finding(
        f"the rehearsal was lost in {ending.who.rstrip(',')}",
        saw=(Quote(source="probe", text=f"ran {probe.interpreter} (Python {probe.python})"), *last),
        fixes=(
            Fix(title="rehearse again", commands=(f"doctor check {evidence.target.name} -v",)),
            Fix(title="only read the script", commands=(f"doctor check {evidence.target.name} --no-run",)),
        ),
    )


SCRIPT = "def init():\n    ...\n\ndef run(data): return 1\n"
STEP, EXIT = stopped(Phase.INIT, "lost", at(SCRIPT, "def init"))

CASES = (
    fires(seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=EXIT), saw="the rehearsal was lost in init()", findings=1),
    fires(seen(SCRIPT, exit=stopped(Phase.START, "exited", code=1)[1]), saw="lost in the start"),
    quiet(seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=stopped(Phase.INIT, "timeout")[1])),
    quiet(seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=stopped(Phase.INIT, "signal", signal="SIGSEGV")[1])),
    quiet(seen(SCRIPT, *started())),
)
