"""The colon is missing at the end of a line that opens a block.

What it finds
-------------
`def`, `class`, `if`, `else`, `for`, `while`, `try`, `except`, `with`, `match` and `case` without the colon that ends
their line.

Why it breaks
-------------
Python finds the end of the line where it expects the colon: the import fails with a SyntaxError, the worker exits with
code 3, and the container restarts.

How to fix
----------
Add the colon.

Learn more
----------
https://docs.python.org/3/reference/compound_stmts.html
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

_OPENS = re.compile(
    r"[ \t]*(?:async[ \t]+)?(def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b(?![ \t]*[=.])"
)
_HEADER = re.compile(r"(?:[ \t]*(?:else|try|finally)\b|.*\))(?P<gap>[ \t]*)(?=[A-Za-z])")


@check(
    "entry-script.missing-colon",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def missing_colon(evidence: Evidence) -> Iterator[Finding]:
    """Look at the lines that open a block around the place where Python stopped."""
    yield from findings(evidence, "missing_colon")


def detect(broken: Broken) -> Fault | None:
    """Try a colon at the end of the line, or between its head and what follows on the same line."""
    for start, end in reversed(broken.statements(broken.stopped, reach=1)):
        line = broken.line_of(max(start, end - 1))
        stop = broken.code_end(line)
        code = broken.text[start:stop]
        opens = _OPENS.match(code)
        if not opens or code.endswith(":"):
            continue
        wrong = re.search(r"[;.,=]$", code)
        candidates = [(Change(stop, stop, ":"),)]
        if wrong:
            candidates.append((Change(stop - 1, stop, ":"),))
        if header := _HEADER.match(code):
            candidates.append((Change(start + header.start("gap"), start + header.start("gap"), ":"),))
        changes, gain = broken.best(candidates)
        if gain:
            return Fault(
                title=f"the colon is missing after `{_head(code)}`",
                places=(start + len(code) - len(code.lstrip()),),
                changes=changes,
                fix="add the colon",
            )
    return None


def _head(code: str) -> str:
    text = " ".join(code.split())
    return text if len(text) <= 40 else f"{text[:39]}…"


CASES = (
    fires("def run(data)\n    return data\n", line=1, fixed="def run(data):\n    return data\n", saw="`def run(data)`"),
    fires("if 1:\n    x = 1\nelse  # not\n    x = 2\n", line=3, fixed="if 1:\n    x = 1\nelse:  # not\n    x = 2\n"),
    fires("for i in (1,\n          2)\n    pass\n", line=1, fixed="for i in (1,\n          2):\n    pass\n"),
    fires("try\n    x = 1\nexcept ValueError\n    x = 2\n", findings=1, line=1),
    fires("def run(data);\n    return data\n", fixed="def run(data):\n    return data\n"),
    fires("def run(data) return data\n", fixed="def run(data): return data\n"),
    quiet("match = 1\ncase = 2\nx = [i for i in (1, 2)]\ny = (\n"),
    quiet("def run(data): return data\nif 1: x = 2\n"),
)
