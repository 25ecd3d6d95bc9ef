"""The script asks for a GPU without looking whether there is one.

What it finds
-------------
`.cuda()`, `.to("cuda")`, `torch.device("cuda")` and `device=0` of a transformers pipeline in a script that never asks
torch.cuda.is_available().

Why it breaks
-------------
On an instance without a GPU, or with a CPU build of torch, the call raises "Torch not compiled with CUDA enabled" or
"Found no NVIDIA driver on your system". On GPU instances it is right.

How to fix
----------
Choose the device: `"cuda" if torch.cuda.is_available() else "cpu"`.

Learn more
----------
Source: the documentation of torch.cuda.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import argument, calls, keyword, last, text_of
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Severity, Stage


@check(
    "entry-script.gpu-assumed",
    needs=("tree",),
    stage=Stage.INIT,
    severity=Severity.INFO,
    confidence=Confidence.POSSIBLE,
    explains=("runtime.gpu-missing",),
)
def gpu_assumed(evidence: Evidence) -> Iterator[Finding]:
    """Look for calls that name the GPU."""
    script, module = entry_script(evidence)
    if "torch" not in module.text or "is_available" in module.text or "device_count" in module.text:
        return
    found = [(call, text) for call, text in _calls(module) if reach(module).phases(call)]
    if found:
        nodes = [call for call, _ in found]
        phases = reach(module).phases(nodes[0])
        edits = tuple(edit for _, text in found for edit in _edit(script, module, text))
        yield Finding(
            title="the script asks for a GPU without looking for one",
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, nodes),
            about=(*about_lines(nodes), *about_phases(phases)),
            fixes=(Fix(title='choose the device: `"cuda" if torch.cuda.is_available() else "cpu"`', edits=edits),),
        )


def _calls(module: Module) -> Iterator[tuple[ast.Call, ast.expr | None]]:
    for call, name in calls(module):
        if last(name) == "cuda" and "." in name and not name.startswith("torch.cuda"):
            yield call, None
        elif last(name) in {"to", "device"} or name == "torch.load":
            given = argument(call, 1, "map_location") if name == "torch.load" else argument(call, 0, "device")
            if (text_of(given) or "").startswith("cuda"):
                yield call, given
        elif name == "transformers.pipeline":
            device = keyword(call, "device")
            if isinstance(device, ast.Constant) and device.value in (0, "cuda"):
                yield call, None


def _edit(script: Script, module: Module, text: ast.expr | None) -> tuple[Edit, ...]:
    if text is None or "torch" not in module.aliases:
        return ()
    chosen = f'"{text_of(text)}" if torch.cuda.is_available() else "cpu"'
    return (module.replace(script.path, text, chosen),)


_RUN = "def run(data): return 1\n"
CASES = (
    fires(
        "import torch\ndef init():\n    global m\n    m = net().to('cuda')\ndef net(): ...\n" + _RUN,
        line=4,
        fixed="import torch\ndef init():\n    global m\n"
        '    m = net().to("cuda" if torch.cuda.is_available() else "cpu")\ndef net(): ...\n' + _RUN,
    ),
    fires("import torch\nm = torch.nn.Linear(1, 1).cuda()\n" + _RUN),
    quiet("import torch\nd = 'cuda' if torch.cuda.is_available() else 'cpu'\nm = torch.nn.Linear(1, 1).to(d)\n" + _RUN),
    quiet("import torch\nm = torch.nn.Linear(1, 1).to('cpu')\n" + _RUN),
    quiet("m = net().cuda()\n" + _RUN, name="no torch here"),
)
