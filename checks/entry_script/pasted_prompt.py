"""Prompts, line numbers or Markdown fences were pasted into the entry script.

What it finds
-------------
Code copied from a console (`>>> `, `... `, `In [3]: `), from a listing with line numbers, or from a Markdown page with
its fences of three backticks.

Why it breaks
-------------
What surrounds the code on the page is no Python: the import fails with a SyntaxError, the worker exits with code 3, and
the container restarts.

How to fix
----------
Delete the prompts, numbers or fences. Lines that a console printed are turned into comments.

Learn more
----------
https://docs.python.org/3/tutorial/interpreter.html#interactive-mode
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import PARSES, Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Safety, Stage

_FENCE = re.compile(r"[ \t]*(?:```|~~~)[\w+-]*[ \t]*")
_PROMPTS = (re.compile(r"(?:>>>|\.\.\.)(?: |$)"), re.compile(r"(?:In \[\d+\]:| *\.\.\.:)(?: |$)"))
_NUMBER = re.compile(r"[ \t]*(\d+)([:|.)]?)")


@check(
    "entry-script.pasted-prompt",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def pasted_prompt(evidence: Evidence) -> Iterator[Finding]:
    """Look at how the lines of a text begin that does not parse."""
    yield from findings(evidence, "pasted_prompt")


def detect(broken: Broken) -> Fault | None:
    """Try the text without fences, prompts and numbers."""
    return _fences(broken) or _prompts(broken) or _numbers(broken)


def _filled(broken: Broken) -> list[int]:
    return [n for n in range(1, len(broken.lines) + 1) if broken.line(n).strip()]


def _fences(broken: Broken) -> Fault | None:
    fenced = [n for n in _filled(broken) if _FENCE.fullmatch(broken.line(n))]
    changes = tuple(Change(broken.offset(n), broken.offset(n + 1), "") for n in fenced)
    if not broken.gain(changes):
        return None
    return Fault(
        title="a Markdown fence is left in the script",
        places=tuple(change.start for change in changes),
        changes=changes,
        fix="delete the lines with the fences",
        safety=Safety.SAFE,
    )


def _prompts(broken: Broken) -> Fault | None:
    filled = _filled(broken)
    for prompt in _PROMPTS:
        matches = {n: m for n in filled if (m := prompt.match(broken.line(n)))}
        if len(matches) * 2 < len(filled) or not prompt.match(broken.line(filled[0])):
            continue
        cut = [Change(broken.offset(n), broken.offset(n, m.end()), "") for n, m in matches.items()]
        printed = [Change(broken.offset(n), broken.offset(n), "# ") for n in filled if n not in matches]
        if broken.gain([*cut, *printed]):
            return Fault(
                title="console prompts stand before the code",
                places=tuple(change.start for change in cut),
                changes=(*cut, *printed),
                fix="delete the prompts, and turn what the console printed into comments",
            )
    return None


def _numbers(broken: Broken) -> Fault | None:
    filled = _filled(broken)
    matches = [_NUMBER.match(broken.line(n)) for n in filled]
    if len(filled) < 3 or not all(matches):
        return None
    numbers = [int(m[1]) for m in matches if m]
    if any(after <= before for before, after in pairwise(numbers)):
        return None
    for gap in (1, 2, 4, 0):
        changes = tuple(
            Change(broken.offset(n), broken.offset(n, min(m.end() + gap, len(broken.line(n)))), "")
            for n, m in zip(filled, matches, strict=True)
            if m
        )
        if broken.gain(changes) == PARSES:
            return Fault(
                title="line numbers stand before the code",
                places=tuple(change.start for change in changes),
                changes=changes,
                fix="delete the line numbers",
                safety=Safety.SAFE,
            )
    return None


CASES = (
    fires("```python\ndef init(): ...\n```\n", line=1, fixed="def init(): ...\n", saw="Markdown fence"),
    fires(
        ">>> x = 1\n>>> def run(data):\n...     return data\n...\n>>> run(x)\n1\n",
        line=1,
        fixed="x = 1\ndef run(data):\n    return data\n\nrun(x)\n# 1\n",
        findings=1,
    ),
    fires("In [1]: import os\n\nIn [2]: y = 2\n", fixed="import os\n\ny = 2\n"),
    fires(
        "1 import os\n2\n3 def init():\n4     pass\n", fixed="import os\n\ndef init():\n    pass\n", saw="line numbers"
    ),
    fires(" 9: import os\n10: x = 1\n11: y = 2\n", fixed="import os\nx = 1\ny = 2\n"),
    quiet('def init():\n    """\n    >>> init()\n    ```\n    """\ndef run(data) return data\n', name="a doctest"),
    quiet("1\n2\n3\n"),
)
