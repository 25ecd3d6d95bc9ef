"""The graphics card is used in a process that was forked.

What it finds
-------------
`Cannot re-initialize CUDA in forked subprocess`.

Why it breaks
-------------
A process that has opened the card cannot hand it to its children. With WORKER_PRELOAD, or with multiprocessing's
`fork`, the model is loaded in the parent and used in the child, which fails.

How to fix
----------
Load the model in each worker (leave WORKER_PRELOAD unset), or start children with the method `spawn`.

Learn more
----------
PyTorch documentation, "Multiprocessing best practices", CUDA in multiprocessing.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.cuda-in-fork", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def cuda_in_fork(evidence: Evidence) -> Iterator[Finding]:
    """Offer both ways out."""
    for failure in told_by("runtime.cuda-in-fork", evidence):
        yield failure.finding(
            "a forked process uses the graphics card that its parent has opened",
            fixes=(
                Fix(title="start children with spawn", commands=('multiprocessing.set_start_method("spawn")',)),
                Fix(title="leave WORKER_PRELOAD unset, so that each worker loads the model"),
            ),
        )


SCRIPT = "def init(): ...\n\ndef run(data):\n    return model(data)\n"
SAYS = "Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use 'spawn'"

CASES = (
    fires(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "RuntimeError", SAYS, at(SCRIPT, "model(")))),
        saw="a forked process uses the graphics card",
        line=4,
        findings=1,
    ),
    fires(seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", SAYS))),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "RuntimeError", "CUDA out of memory")))),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "RuntimeError", "context has already been set")))),
    quiet(seen(SCRIPT, *started())),
)
