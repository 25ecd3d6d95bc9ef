"""The weights do not fit the model's class.

What it finds
-------------
The messages of torch and Keras about missing, unexpected and misshapen weights.

Why it breaks
-------------
The script builds the network and then fills it from the file. Names or sizes differ: the class in the script is not
the one that was trained, or the weights were saved from a wrapper (`module.` before each name comes from
DataParallel). init() fails and the worker exits with code 3.

How to fix
----------
Ship the class exactly as it was trained, with the same sizes; strip a prefix that a wrapper has added.

Learn more
----------
PyTorch documentation, "Saving and loading models".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.weights-mismatch", needs=("probe",), stage=Stage.INIT, explains=RAISED)
def weights_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Tell a wrapper's prefix from a class that differs."""
    for failure in told_by("runtime.weights-mismatch", evidence):
        prefixed = "module." in failure.message
        fix = (
            Fix(
                title="strip the prefix that DataParallel has put before each name",
                commands=('state = {k.removeprefix("module."): v for k, v in state.items()}',),
            )
            if prefixed
            else Fix(title="build the model with the class and the sizes that were trained")
        )
        yield failure.finding("the weights in the file do not fit the model's class", fixes=(fix,))


SCRIPT = "def init():\n    net.load_state_dict(torch.load('a.pt'))\n\ndef run(data): return 1\n"
HERE = at(SCRIPT, "load_state_dict")
KEYS = (
    'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "fc.weight". Unexpected key(s) in '
    "state_dict: "
)

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", KEYS + '"module.fc.weight".', HERE)),
        saw="do not fit the model's class",
        line=2,
        findings=1,
    ),
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "ValueError", "Layer count mismatch when loading weights from file.", HERE))
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "mat1 and mat2 shapes cannot be multiplied", HERE))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "KeyError", "'state_dict'", HERE)), name="a key of the script's own"),
    quiet(seen(SCRIPT, *started())),
)
