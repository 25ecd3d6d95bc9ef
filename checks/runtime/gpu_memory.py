"""The graphics card has too little memory.

What it finds
-------------
`CUDA out of memory` and the like.

Why it breaks
-------------
Every worker loads the model to the same card, and a batch needs room beside it. When it does not fit, init() ends the
worker or run() answers 500.

How to fix
----------
Fewer workers (`WORKER_COUNT`), a smaller batch, half precision, `torch.no_grad()`, or a larger card.

Learn more
----------
PyTorch documentation, "CUDA semantics", memory management.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.gpu-memory", needs=("probe",), stage=Stage.INIT, explains=RAISED)
def gpu_memory(evidence: Evidence) -> Iterator[Finding]:
    """Say in which moment the room ran out."""
    for failure in told_by("runtime.gpu-memory", evidence):
        yield failure.finding(
            f"the graphics card runs out of memory in {failure.phase.value}",
            fixes=(
                Fix(title="run one worker", commands=("environment_variables:", '  WORKER_COUNT: "1"')),
                Fix(title="score in smaller batches, in half precision, and under torch.no_grad()"),
            ),
        )


SCRIPT = "def init():\n    model.cuda()\n\ndef run(data): return 1\n"
SAYS = "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 15.78 GiB total capacity)"

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "OutOfMemoryError", SAYS, at(SCRIPT, "cuda"))),
        saw="runs out of memory in init",
        line=2,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "RuntimeError", SAYS))), saw="in run"),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "MemoryError"))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "No CUDA GPUs are available"))),
    quiet(seen(SCRIPT, *started())),
)
