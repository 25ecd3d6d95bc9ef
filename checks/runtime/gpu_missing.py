"""The script needs a graphics card that is not there.

What it finds
-------------
The messages of torch and CUDA about a missing, old or unsuitable device or driver.

Why it breaks
-------------
A model saved on a graphics card is put back there unless told otherwise, and `.cuda()` insists on one. On an instance
type without a card, or with an older driver, init() fails and the worker exits with code 3.

How to fix
----------
Load with `map_location="cpu"` and choose the device at run time; or deploy to an instance type with a card and a
matching CUDA build.

Learn more
----------
PyTorch documentation, `torch.load`, `map_location`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage
from checks.runtime.failures import RAISED, Failure
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.gpu-missing", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def gpu_missing(evidence: Evidence) -> Iterator[Finding]:
    """Offer map_location where the failing line is a torch.load()."""
    for failure in told_by("runtime.gpu-missing", evidence):
        loads = "deserialize object on" in failure.message
        edits = _edits(failure) if loads else ()
        yield failure.finding(
            "the model was saved on a graphics card, and there is none"
            if loads
            else "the script needs a graphics card, or another driver for it",
            about=("module:torch",) if "orch" in failure.message else (),
            fixes=(
                Fix(
                    title="load to the processor",
                    safety=Safety.REVIEW,
                    commands=('torch.load(path, map_location="cpu")',),
                    edits=edits,
                )
                if loads
                else Fix(
                    title="choose the device at run time, or an instance type with a card",
                    commands=('device = "cuda" if torch.cuda.is_available() else "cpu"',),
                ),
            ),
        )


def _edits(failure: Failure) -> tuple[Edit, ...]:
    """Add the argument to the one torch.load() of the failing statement."""
    module, script = failure.module, failure.script
    if module is None or script is None or failure.statement is None:
        return ()
    calls = [n for n in ast.walk(failure.statement) if isinstance(n, ast.Call) and module.called(n) == "torch.load"]
    if len(calls) != 1 or len(calls[0].args) != 1 or calls[0].keywords:
        return ()
    last = calls[0].args[0]
    line = last.end_lineno or last.lineno
    return (module.insert(script.path, line, ', map_location="cpu"', module.column(line, last.end_col_offset or 0)),)


SCRIPT = 'import torch\n\ndef init():\n    global model\n    model = torch.load("a.pt")\n\ndef run(data): return 1\n'
SAYS = "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False."

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", SAYS, at(SCRIPT, "torch.load"))),
        saw="the model was saved on a graphics card",
        line=5,
        fixed=SCRIPT.replace('"a.pt")', '"a.pt", map_location="cpu")'),
        findings=1,
    ),
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "AssertionError", "Torch not compiled with CUDA enabled")),
        saw="the script needs a graphics card",
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "CUDA out of memory. Tried to allocate 2 GiB"))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "UnpicklingError", "invalid load key, 'v'.", at(SCRIPT, "torch.load")))),
    quiet(seen(SCRIPT, *started())),
)
