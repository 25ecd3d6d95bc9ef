"""A torch file is loaded onto the device it was saved from.

What it finds
-------------
`torch.load(...)` or `torch.jit.load(...)` without `map_location`.

Why it breaks
-------------
Tensors that were saved on a GPU are restored to a GPU. On an instance without one, torch raises "Attempting to
deserialize object on a CUDA device". A file that was saved on the CPU loads everywhere.

How to fix
----------
Pass `map_location="cpu"`, or a device that the script chooses by torch.cuda.is_available().

Learn more
----------
Source: the documentation of torch.load.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import argument, calls_of
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Severity, Stage


@check(
    "entry-script.no-map-location",
    needs=("tree",),
    stage=Stage.INIT,
    severity=Severity.INFO,
    confidence=Confidence.POSSIBLE,
    explains=("runtime.gpu-missing",),
)
def no_map_location(evidence: Evidence) -> Iterator[Finding]:
    """Look at the calls that restore tensors."""
    script, module = entry_script(evidence)
    for call, name in calls_of(module, {"torch.load", "torch.jit.load"}):
        phases = reach(module).phases(call)
        if argument(call, 1, "map_location") is not None or not phases or any(k.arg is None for k in call.keywords):
            continue
        end = call.end_lineno or call.lineno
        at = module.column(end, (call.end_col_offset or 1) - 1)
        yield Finding(
            title=f"{name}() restores to the device of the saving machine",
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [call]),
            about=(*about_lines([call]), *about_phases(phases)),
            fixes=(
                Fix(
                    title='pass `map_location="cpu"`',
                    safety=Safety.REVIEW,
                    edits=(module.insert(script.path, end, ', map_location="cpu"', at),),
                ),
            ),
        )


_RUN = "def run(data): return 1\n"
CASES = (
    fires(
        "import torch\ndef init():\n    global m\n    m = torch.load('/tmp/m.pt')\n" + _RUN,
        line=4,
        fixed="import torch\ndef init():\n    global m\n    m = torch.load('/tmp/m.pt', map_location=\"cpu\")\n" + _RUN,
    ),
    fires("from torch import jit\nm = jit.load('/tmp/m.pt')\n" + _RUN),
    quiet("import torch\nm = torch.load('/tmp/m.pt', map_location='cpu')\n" + _RUN),
    quiet("import torch\nm = torch.load('/tmp/m.pt', torch.device('cpu'))\n" + _RUN),
    quiet("import joblib\nm = joblib.load('/tmp/m.pt')\n" + _RUN),
)
