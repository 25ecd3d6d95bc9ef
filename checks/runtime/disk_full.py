"""The disk is full.

What it finds
-------------
`No space left on device`, and an exhausted quota.

Why it breaks
-------------
The instance's disk holds the image, the model and everything that the script writes; shared memory (`/dev/shm`) is
small in containers. When either is full, writes fail.

How to fix
----------
Write less, clean up after each request, or take an instance type with a larger disk. Pass data between processes by
files rather than shared memory.

Learn more
----------
Product documentation, "Managed online endpoints SKU list".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.paths import refused_path
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.disk-full", needs=("probe",), stage=Stage.OPERATE, explains=RAISED)
def disk_full(evidence: Evidence) -> Iterator[Finding]:
    """Name what was being written."""
    for failure in told_by("runtime.disk-full", evidence):
        path = refused_path(failure)
        yield failure.finding(
            titled(f"no space is left to write {path or 'to the disk'}", 88),
            about=(f"file:{path}",) if path else (),
            fixes=(Fix(title="write less, and remove what a request has written", commands=("df -h",)),),
        )


SCRIPT = "def init():\n    open('/tmp/a', 'w').write('x' * 10**12)\n\ndef run(data): return 1\n"

CASES = (
    fires(
        seen(
            SCRIPT,
            raised_in(Phase.INIT, "OSError", "[Errno 28] No space left on device: '/tmp/a'", at(SCRIPT, "open(")),
        ),
        saw="no space is left to write /tmp/a",
        line=2,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "OSError", "[Errno 122] Disk quota exceeded")))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "MemoryError"))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "OSError", "[Errno 30] Read-only file system: '/a'"))),
    quiet(seen(SCRIPT, *started())),
)
