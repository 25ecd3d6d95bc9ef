"""An array is asked whether it is true.

What it finds
-------------
`The truth value of an array ... is ambiguous`, and the same of pandas and torch.

Why it breaks
-------------
`if result:`, `result or default`, and `x in list_of_arrays` need one truth value; an array has many, so the line
raises for every answer with more than one element.

How to fix
----------
Say what is meant: `result is not None`, `len(result)`, `result.any()` or `result.all()`.

Learn more
----------
NumPy documentation, "Truth value of an array"; pandas documentation, "Frequently asked questions".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.truth-of-array", needs=("probe",), stage=Stage.RUN, confidence=Confidence.CERTAIN, explains=RAISED)
def truth_of_array(evidence: Evidence) -> Iterator[Finding]:
    """Quote the condition."""
    for failure in told_by("runtime.truth-of-array", evidence):
        yield failure.finding(
            "a condition asks a whole array whether it is true",
            fixes=(Fix(title="ask for what is meant: `is not None`, `len(...)`, `.any()` or `.all()`"),),
        )


SCRIPT = "def init(): ...\n\ndef run(data):\n    if data:\n        return 1\n    return 0\n"
ARRAY = "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
FRAME = "The truth value of a DataFrame is ambiguous. Use a.empty, a.bool(), a.item(), a.any() or a.all()."

CASES = (
    fires(
        seen(SCRIPT, *started(raised_in(Phase.RUN, "ValueError", ARRAY, at(SCRIPT, "if data")))),
        saw="a condition asks a whole array",
        line=4,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "ValueError", FRAME, at(SCRIPT, "if data"))))),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "ValueError", "setting an array element with a sequence.")))),
    quiet(seen(SCRIPT, *started(raised_in(Phase.RUN, "ValueError", "could not convert string to float: 'a'")))),
    quiet(seen(SCRIPT, *started())),
)
