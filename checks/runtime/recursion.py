"""The script calls itself without end.

What it finds
-------------
A `RecursionError`.

Why it breaks
-------------
A function calls itself, directly or through others, more often than Python allows, so the call fails. Structures that
contain themselves do the same to encoders and to deepcopy.

How to fix
----------
Give the recursion an end; for data that contains itself, break the circle.

Learn more
----------
Python documentation, `RecursionError`.
"""

from collections import Counter
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.recursion", needs=("probe",), stage=Stage.RUN, confidence=Confidence.CERTAIN, explains=RAISED)
def recursion(evidence: Evidence) -> Iterator[Finding]:
    """Name the function that comes back most often."""
    for failure in told_by("runtime.recursion", evidence):
        counts = Counter(frame.function for frame in failure.error.frames)
        most = counts.most_common(1)
        who = f"{most[0][0]}()" if most and most[0][1] > 1 else "the script"
        if who == "<module>()":
            yield failure.finding(
                "importing the script imports it again, without end",
                fixes=(Fix(title="move what is imported into a module of another name"),),
            )
            continue
        yield failure.finding(
            titled(f"{who} calls itself without end", 88),
            fixes=(Fix(title=f"give the recursion of {who} an end"),),
        )


SCRIPT = "def init():\n    down(1)\n\ndef down(n):\n    return down(n + 1)\n\ndef run(data): return 1\n"
DEEP = "maximum recursion depth exceeded"
FRAMES = (at(SCRIPT, "down(1)"), *[at(SCRIPT, "return down")] * 9)

CASES = (
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "RecursionError", DEEP, *FRAMES)),
        saw="down() calls itself without end",
        line=5,
        findings=1,
    ),
    fires(seen(SCRIPT, *started(raised_in(Phase.RUN, "RecursionError", DEEP, at(SCRIPT, "def run"))))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "ValueError", "Circular reference detected"))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "recursion is not supported"))),
    quiet(seen(SCRIPT, *started())),
)
