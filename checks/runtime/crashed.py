"""The interpreter crashes.

What it finds
-------------
A rehearsal that a signal ended: a segmentation fault, an abort, an instruction that the processor does not have.

Why it breaks
-------------
Compiled code, not Python, went wrong, so there is no exception to catch. The worker dies without a word of the script
and is started again, for ever during init(); a request that does it gets a closed connection.

How to fix
----------
Most crashes come from compiled packages that do not fit each other or the machine: install them from one source, pin
their versions, and try the quoted line alone.

Learn more
----------
`python -X faulthandler -c "import score; score.init()"` prints the stack of a crash.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.endings import ending_of
from checks.runtime.failures import package_of
from checks.runtime.observed import at, library, passed, seen, started, stopped
from checks.runtime.wording import titled

SIGNALS = {
    "SIGSEGV": "a segmentation fault",
    "SIGABRT": "an abort in compiled code",
    "SIGBUS": "an access beyond a mapped file or memory",
    "SIGILL": "an instruction that this processor does not have",
    "SIGFPE": "an arithmetic error in compiled code",
    "SIGTERM": "a request to end",
    "SIGINT": "an interrupt",
    "SIGPIPE": "a closed pipe",
}


@check("runtime.crashed", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN)
def crashed(evidence: Evidence) -> Iterator[Finding]:
    """Name the signal, the line and the package."""
    ending = ending_of(evidence)
    if ending is None or ending.exit.reason != "signal":
        return
    signal, call = ending.exit.signal or "a signal", ending.exit.call or ""
    by_itself = call.startswith("os.")
    if signal == "SIGKILL" and not by_itself:
        return  # the mark of the system's own killer, told as a want of memory
    packages = [p for frame in reversed(ending.stack) if (p := package_of(frame))]
    if by_itself:
        title, fix = f"{ending.who} ends the process: {call}", Fix(title="raise an exception instead")
    else:
        title = f"{ending.who} crashes the interpreter: {SIGNALS.get(signal, signal)}"
        package = packages[0] if packages else None
        fix = (
            Fix(title="install a build of the package for this processor")
            if signal == "SIGILL"
            else Fix(title=f"pin `{package}` and what it is compiled against, or update both")
            if package
            else Fix(title="try the quoted line alone, and pin the versions of the compiled packages it uses")
        )
    yield ending.finding(
        titled(title, 88),
        saw=(Quote(source="probe", text=f"ended by {signal}{f' ({call})' if call and call != signal else ''}"),),
        about=tuple(f"module:{p}" for p in packages[:1]),
        fixes=(fix,),
    )


SCRIPT = "import ctypes\n\ndef init():\n    ctypes.string_at(0)\n\ndef run(data): return 1\n"
STEP, EXIT = stopped(Phase.INIT, "signal", at(SCRIPT, "string_at"), signal="SIGSEGV", call="Segmentation fault")
_, ILLEGAL = stopped(Phase.INIT, "signal", library("tensorflow/python/a.py"), signal="SIGILL")
_, KILL = stopped(Phase.INIT, "signal", signal="SIGKILL", call="SIGKILL")

CASES = (
    fires(
        seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=EXIT),
        saw="init() crashes the interpreter: a segmentation fault",
        line=4,
        findings=1,
    ),
    fires(seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=ILLEGAL), saw="an instruction that this processor"),
    quiet(seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=KILL), name="killed from outside"),
    quiet(seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=stopped(Phase.INIT, "exited", code=1)[1])),
    quiet(seen(SCRIPT, *started())),
)
