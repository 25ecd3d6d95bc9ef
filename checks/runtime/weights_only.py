"""torch refuses to unpickle a whole model.

What it finds
-------------
`Weights only load failed` out of `torch.load`.

Why it breaks
-------------
Since torch 2.6, `torch.load` reads tensors alone unless told otherwise, because a pickle can run any code. A file that
holds a whole model object is refused, so init() fails and the worker exits with code 3.

How to fix
----------
For a file you made yourself, pass `weights_only=False`; better, save the `state_dict` and load that.

Learn more
----------
PyTorch documentation, `torch.load`, and the release notes of 2.6.
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


@check("runtime.weights-only", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def weights_only(evidence: Evidence) -> Iterator[Finding]:
    """Offer the argument, for files one trusts."""
    for failure in told_by("runtime.weights-only", evidence):
        yield failure.finding(
            "torch loads tensors only, and the file holds a whole model",
            about=("module:torch",),
            fixes=(
                Fix(
                    title="pass weights_only=False, if you made the file yourself",
                    safety=Safety.REVIEW,
                    commands=("torch.load(path, weights_only=False)",),
                    edits=_edits(failure),
                ),
            ),
        )


def _edits(failure: Failure) -> tuple[Edit, ...]:
    """Add the argument to the one torch.load() of the failing statement."""
    module, script = failure.module, failure.script
    if module is None or script is None or failure.statement is None:
        return ()
    calls = [n for n in ast.walk(failure.statement) if isinstance(n, ast.Call) and module.called(n) == "torch.load"]
    if len(calls) != 1 or not calls[0].args or any(k.arg == "weights_only" for k in calls[0].keywords):
        return ()
    last = max((*calls[0].args, *(k.value for k in calls[0].keywords)), key=lambda n: (n.end_lineno, n.end_col_offset))
    line = last.end_lineno or last.lineno
    column = module.column(line, last.end_col_offset or 0)
    return (module.insert(script.path, line, ", weights_only=False", column),)


SCRIPT = 'import torch\n\ndef init():\n    global model\n    model = torch.load("a.pt")\n\ndef run(data): return 1\n'

CASES = (
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT,
                "UnpicklingError",
                "Weights only load failed. This file can still be loaded, to do so you have two options",
                at(SCRIPT, "torch.load"),
            ),
        ),
        saw="the file holds a whole model",
        line=5,
        fixed=SCRIPT.replace('"a.pt")', '"a.pt", weights_only=False)'),
        findings=1,
    ),
    fires(seen(SCRIPT, raised_in(Phase.INIT, "UnpicklingError", "Weights only load failed."))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "UnpicklingError", "invalid load key, 'v'.", at(SCRIPT, "torch.load")))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "Error(s) in loading state_dict for Net"))),
    quiet(seen(SCRIPT, *started())),
)
