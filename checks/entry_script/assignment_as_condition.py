"""A condition assigns with `=` instead of comparing with `==`.

What it finds
-------------
`if`, `elif`, `while`, `assert` and conditional expressions with a single `=` in the condition.

Why it breaks
-------------
Python refuses an assignment there: the import fails with "invalid syntax. Maybe you meant '==' or ':='",
the worker exits with code 3, and the container restarts.

How to fix
----------
Compare with `==`; `:=` when the value shall really be kept.

Learn more
----------
https://docs.python.org/3/reference/expressions.html#comparisons
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage

_CONDITION = re.compile(r"[ \t]*(?:if|elif|while|assert|return\b.*\bif)\b")
_SINGLE = re.compile(r"(?<![=!<>:+\-*/%&|^@])=(?!=)")


@check(
    "entry-script.assignment-as-condition",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def assignment_as_condition(evidence: Evidence) -> Iterator[Finding]:
    """Look at the condition at which Python stopped."""
    yield from findings(evidence, "assignment_as_condition")


def detect(broken: Broken) -> Fault | None:
    """Try `==` for each single `=` of the condition, then for all of them."""
    for start, end in broken.statements(broken.stopped, reach=0):
        code = broken.text[start:end]
        if not _CONDITION.match(code):
            continue
        places = [start + m.start() for m in _SINGLE.finditer(code) if broken.lexed.is_code(start + m.start())]
        single = [(Change(place, place + 1, "=="),) for place in places]
        changes, gain = broken.best([*single, tuple(change for (change,) in single)])
        if gain:
            return Fault(
                title="a condition assigns with `=` instead of comparing",
                places=(changes[0].start,),
                changes=changes,
                fix="compare with `==`",
            )
    return None


CASES = (
    fires("x = 1\nif x = 2:\n    pass\n", line=2, fixed="x = 1\nif x == 2:\n    pass\n"),
    fires("while f(a=1) = 2 and x <= 3: pass\n", fixed="while f(a=1) == 2 and x <= 3: pass\n"),
    fires("if 1:\n    pass\nelif a = 1 or b = 2:\n    pass\n", line=3),
    quiet("if f(a=1) == 2:\n    x = 1\ndef run(data) return x\n"),
)
