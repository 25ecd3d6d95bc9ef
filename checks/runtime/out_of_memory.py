"""The script needs more memory than there is.

What it finds
-------------
A `MemoryError`, a rehearsal that doctor ended at its memory limit, and a process that the system killed.

Why it breaks
-------------
Every worker loads its own copy of the model, and requests need room beside it. In the container the kernel kills the
worker: the log says `was sent SIGKILL! Perhaps out of memory?` or repeats `Booting worker with pid`, and the service
never gets ready or drops connections.

How to fix
----------
Take an instance type with more memory, run one worker, or load less: a smaller type (float32), a memory map.

Learn more
----------
Source: gunicorn 21.2 and newer, `arbiter.py`, `reap_workers`. Product documentation, "Managed online endpoints SKU
list".
"""

from collections.abc import Iterator

import msgspec

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.endings import ending_of
from checks.runtime.failures import RAISED, probe_of
from checks.runtime.observed import at, passed, raised_in, seen, started, stopped
from checks.runtime.reading import told_by
from checks.runtime.wording import bytes_of, titled

FIXES = (
    Fix(title="load less at once: a smaller type (float32), or a memory map (mmap_mode)"),
    Fix(title="take an instance type with more memory, and run one worker", commands=('WORKER_COUNT: "1"',)),
)


@check("runtime.out-of-memory", needs=("probe",), stage=Stage.INIT, explains=RAISED)
def out_of_memory(evidence: Evidence) -> Iterator[Finding]:
    """Tell where the memory ran out, and how much there was."""
    peak = probe_of(evidence).peak_memory
    saw = (Quote(source="probe", text=f"at most {bytes_of(peak)} were in use"),) if peak else ()
    for failure in told_by("runtime.out-of-memory", evidence):
        yield failure.finding(
            titled(f"{failure.where} asks for more memory than there is", 88),
            saw=saw,
            fixes=FIXES,
            confidence=Confidence.CERTAIN,
        )
    ending = ending_of(evidence)
    if ending is None:
        return
    if ending.exit.reason == "memory":
        limit = ending.exit.memory_limit
        how = f"needs more than {bytes_of(limit)} of memory" if limit else "needs more memory than there is"
        found = ending.finding(
            titled(f"{ending.who} {how}", 88),
            saw=(
                Quote(
                    source="probe", text=f"ended by doctor at its memory limit{f', {bytes_of(limit)}' if limit else ''}"
                ),
                *saw,
            ),
            fixes=FIXES,
        )
        # Seen, and so before a loop of which only reading says that it has no end.
        yield msgspec.structs.replace(found, confidence=Confidence.CERTAIN)
    elif ending.exit.reason == "signal" and ending.exit.signal == "SIGKILL" and "kill(" not in (ending.exit.call or ""):
        yield ending.finding(
            titled(f"{ending.who} was killed, as the system does when memory runs out", 88),
            saw=(Quote(source="probe", text="SIGKILL, from outside"), *saw),
            fixes=FIXES,
        )


SCRIPT = "def init():\n    table = [0] * 10**12\n\ndef run(data): return 1\n"
HERE = at(SCRIPT, "table")
STEP, EXIT = stopped(Phase.INIT, "memory", HERE, memory_limit=2_000_000_000, signal="SIGKILL")
_, OUTSIDE = stopped(Phase.INIT, "signal", HERE, signal="SIGKILL", call="SIGKILL")
_, ITSELF = stopped(Phase.INIT, "signal", HERE, signal="SIGKILL", call="os.kill(os.getpid(), SIGKILL)")
SAYS = "Unable to allocate 7.28 TiB for an array with shape (1000000, 1000000) and data type float64"

CASES = (
    fires(
        seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=EXIT),
        saw="init() needs more than 2 GB of memory",
        line=2,
        findings=1,
    ),
    fires(seen(SCRIPT, raised_in(Phase.INIT, "_ArrayMemoryError", SAYS, HERE)), saw="asks for more memory", line=2),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "MemoryError", "", HERE))), saw="run() with sample.json asks"),
    fires(seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=OUTSIDE), saw="was killed"),
    quiet(seen(SCRIPT, passed(Phase.IMPORT), STEP, exit=ITSELF), name="the script kills itself"),
    quiet(seen(SCRIPT, *started(), peak_memory=9_000_000_000), name="much, and enough"),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "OutOfMemoryError", "CUDA out of memory"))),
)
