"""A whole torch model is loaded where torch allows only weights.

What it finds
-------------
`torch.load(...)` whose result is used as a model (`.eval()`, called, moved to a device) rather than as weights, without
`weights_only=False`. Quiet where the environment pins torch below 2.6.

Why it breaks
-------------
Since torch 2.6, torch.load() restores tensors and plain containers only, unless told otherwise. A model that was saved
whole raises "Weights only load failed".

How to fix
----------
Pass `weights_only=False` for a file that you trust; better, save and load the state_dict.

Learn more
----------
Source: the release notes of torch 2.6.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls_of, keyword, last
from checks.entry_script.given import with_pinned
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.scopes import loads
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import HIDDEN, RAISED, about_lines, quotes
from checks.entry_script.versions import State, removal_state
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "entry-script.weights-only-load",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.weights-only", "runtime.unpickle-failed", *RAISED, HIDDEN),
)
def weights_only_load(evidence: Evidence) -> Iterator[Finding]:
    """See what becomes of the result of torch.load()."""
    script, module = entry_script(evidence)
    for call, _ in calls_of(module, {"torch.load"}):
        phases = reach(module).phases(call)
        if keyword(call, "weights_only") is not None or not phases or not _is_model(module, call):
            continue
        state, known = removal_state(evidence, "torch", "2.6")
        if state is State.THERE:
            continue
        end = call.end_lineno or call.lineno
        at = module.column(end, (call.end_col_offset or 1) - 1)
        yield Finding(
            title="a whole torch model is loaded where torch 2.6 allows only weights",
            severity=None if state is State.GONE else Severity.WARNING,
            confidence=Confidence.LIKELY if known else Confidence.POSSIBLE,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [call]),
            about=(*about_lines([call]), *about_phases(phases)),
            fixes=(
                Fix(
                    title="pass `weights_only=False`, for a file that you trust",
                    edits=(module.insert(script.path, end, ", weights_only=False", at),),
                ),
            ),
        )


def _is_model(module: Module, call: ast.Call) -> bool:
    """The result is called, or asked for what only a model has."""
    above = module.parent(call)
    if isinstance(above, ast.Attribute):
        return above.attr in {"eval", "to", "cuda", "cpu", "float", "half"}
    if not isinstance(above, ast.Assign) or len(above.targets) != 1 or not isinstance(above.targets[0], ast.Name):
        return False
    used = False
    for read in loads(module, above.targets[0].id):
        use = module.parent(read)
        if isinstance(use, ast.Subscript) or (
            isinstance(use, ast.Call) and use.func is not read and last(module.called(use) or "") == "load_state_dict"
        ):
            return False
        calls_it = isinstance(use, ast.Call) and use.func is read
        used = (
            used
            or calls_it
            or (isinstance(use, ast.Attribute) and use.attr in {"eval", "to", "cuda", "forward", "predict"})
        )
    return used


_RUN = "def run(data): return model(data).tolist()\n"
_MODEL = (
    "import torch\ndef init():\n    global model\n    model = torch.load('/tmp/m', 'cpu')\n    model.eval()\n" + _RUN
)
CASES = (
    fires(with_pinned(_MODEL, "torch", "2.7.1"), line=4, fixed=_MODEL.replace("'cpu')", "'cpu', weights_only=False)")),
    fires(_MODEL, saw="2.6", name="a warning while the version is unknown"),
    quiet(with_pinned(_MODEL, "torch", "2.5.1")),
    quiet(_MODEL.replace("'cpu')", "'cpu', weights_only=False)")),
    quiet("import torch\ndef init():\n    net().load_state_dict(torch.load('/tmp/m'))\ndef net(): ...\n" + _RUN),
    quiet(
        "import torch\ndef init():\n    state = torch.load('/tmp/m')\n    net().load_state_dict(state)\n"
        "def net(): ...\n" + _RUN
    ),
    quiet("import torch\ndef init():\n    c = torch.load('/tmp/m')\n    net(c['model'])\ndef net(x): ...\n" + _RUN),
)
