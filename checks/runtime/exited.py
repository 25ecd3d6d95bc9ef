"""The script ends the process.

What it finds
-------------
`sys.exit()`, `exit()`, an argument parser that gives up, `os._exit()`, and a process that ended by itself during
import, init() or run().

Why it breaks
-------------
The server takes a SystemExit at import or in init() for a failure and exits with code 3, whatever code was asked for;
in run() the worker ends, the client gets an HTML 500, and the worker is replaced. After os._exit() the worker is
started again for ever, without a word in the log.

How to fix
----------
Raise an exception that says what is wrong, or return. Arguments do not reach an entry script: read environment
variables.

Learn more
----------
Measured on azureml-inference-server-http 1.5.1 with gunicorn.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.endings import ending_of
from checks.runtime.failures import RAISED, Failure
from checks.runtime.observed import at, library, passed, raised_in, seen, started, stopped
from checks.runtime.reading import told_by
from checks.runtime.wording import base_name, titled

IN_RUN = (
    "The worker ends with the process: the client's connection is closed without an answer, behind a proxy a 502, and "
    "a new worker has to run init() again before it serves."
)


@check("runtime.exited", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def exited(evidence: Evidence) -> Iterator[Finding]:
    """Name the call that ended it."""
    for failure in told_by("runtime.exited", evidence):
        yield _by_exception(failure)
    ending = ending_of(evidence)
    if ending and ending.exit.reason == "exited":
        call = ending.exit.call or f"an exit with code {ending.exit.code}"
        why = "" if ending.exit.phase in (Phase.IMPORT, Phase.INIT) else IN_RUN
        yield ending.finding(
            titled(f"{ending.who} ends the process: {call}", 88),
            why=why,
            saw=(Quote(source="probe", text=f"the process ended with code {ending.exit.code}"),),
            fixes=(Fix(title="raise an exception that says what is wrong, or return"),),
        )


def _by_exception(failure: Failure) -> Finding:
    parser = any(base_name(frame.path) == "argparse.py" for frame in failure.error.frames)
    who = {Phase.IMPORT: "the import", Phase.INIT: "init()"}.get(failure.phase, "run()")
    if parser:
        return failure.finding(
            f"{who} parses command line arguments, and meets those of the server",
            about=("name:argparse", "module:argparse"),
            fixes=(
                Fix(
                    title="read settings from environment variables",
                    commands=('os.environ.get("<NAME>", "<default>")',),
                ),
                Fix(title="parse an empty list of arguments", commands=("parser.parse_args([])",)),
            ),
        )
    how = "is interrupted" if failure.kind == "KeyboardInterrupt" else "leaves the program with sys.exit()"
    return failure.finding(f"{who} {how}", fixes=(Fix(title="raise an exception that says what is wrong, or return"),))


SCRIPT = "import os, sys\n\ndef init():\n    sys.exit(0)\n\ndef run(data):\n    os._exit(1)\n"
STEP, EXIT = stopped(Phase.RUN, "exited", at(SCRIPT, "_exit"), code=1, call="os._exit(1)")

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "SystemExit", "0", at(SCRIPT, "sys.exit"), code=0)),
        saw="init() leaves the program with sys.exit()",
        line=4,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(STEP), exit=EXIT), saw="run() ends the process: os._exit(1)", line=7),
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT,
                "SystemExit",
                "2",
                at(SCRIPT, "sys.exit"),
                library("/usr/lib/python3.11/argparse.py"),
                code=2,
            ),
        ),
        saw="parses command line arguments",
    ),
    quiet(seen(SCRIPT, *started(passed(Phase.RUN)))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "SystemExit", at(SCRIPT, "sys.exit")))),
    quiet(
        seen(
            SCRIPT,
            *started(stopped(Phase.RUN, "signal", signal="SIGSEGV")[0]),
            exit=stopped(Phase.RUN, "signal", signal="SIGSEGV")[1],
        ),
        name="a crash",
    ),
)
