"""A limit of the operating system is reached: threads or open files.

What it finds
-------------
`can't start new thread`, `Too many open files`, `Resource temporarily unavailable`.

Why it breaks
-------------
Containers limit processes, threads and open files. Numeric libraries start a thread for each core of the machine, in
every worker; files that are opened for each request and never closed add up.

How to fix
----------
Set OMP_NUM_THREADS (and OPENBLAS_NUM_THREADS) to a small number; open files in a `with` block.

Learn more
----------
OpenBLAS documentation, "User manual", setting the number of threads.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.limit-reached", needs=("probe",), stage=Stage.OPERATE, explains=RAISED)
def limit_reached(evidence: Evidence) -> Iterator[Finding]:
    """Tell threads from files."""
    for failure in told_by("runtime.limit-reached", evidence):
        files = "open files" in failure.message or "[Errno 24]" in failure.message
        yield failure.finding(
            "the script holds more open files than are allowed" if files else "no more threads can be started",
            fixes=(
                Fix(title="open files in a with block, so that they are closed")
                if files
                else Fix(
                    title="let numeric libraries start few threads",
                    commands=("environment_variables:", '  OMP_NUM_THREADS: "1"'),
                ),
            ),
        )


SCRIPT = "def init():\n    pool()\n\ndef run(data): return 1\n"

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "can't start new thread", at(SCRIPT, "pool"))),
        saw="no more threads can be started",
        line=2,
        findings=1,
    ),
    fires(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "OSError", "[Errno 24] Too many open files: 'a.json'"))),
        saw="more open files than are allowed",
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "threads can only be started once"))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "MemoryError"))),
    quiet(seen(SCRIPT, *started())),
)
