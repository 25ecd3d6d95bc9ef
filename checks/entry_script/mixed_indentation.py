"""Tabs and spaces are mixed in the indentation of the entry script.

What it finds
-------------
A block in which some lines are indented with tabs and others with spaces, so that Python cannot tell which belong
together.

Why it breaks
-------------
Python 3 does not guess how wide a tab is: the import fails with a TabError or an IndentationError, the worker exits
with code 3, and the container restarts. Editors show such lines below each other, so nothing is seen.

How to fix
----------
Replace each tab by the number of spaces that it stands for.

Learn more
----------
https://docs.python.org/3/reference/lexical_analysis.html#indentation
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change, Changed
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Safety, Stage

WIDTHS = (4, 8, 2, 3)


@check(
    "entry-script.mixed-indentation",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def mixed_indentation(evidence: Evidence) -> Iterator[Finding]:
    """Look at the indentation of a text that does not parse."""
    yield from findings(evidence, "mixed_indentation")


def detect(broken: Broken) -> Fault | None:
    """Try the text with every tab of the indentation replaced by spaces."""
    if broken.problem.type not in {"TabError", "IndentationError"}:
        return None
    starts = [start for start, _ in broken.statements()]
    leads = [(start, _lead(broken.text, start)) for start in starts]
    if not any("\t" in lead for _, lead in leads) or not any(" " in lead for _, lead in leads):
        return None
    tries = {width: tuple(_expand(leads, width)) for width in WIDTHS}
    best, gain = broken.best(tries.values(), same_line=True)
    if not gain:
        return None
    trees = set()
    for changes in tries.values():
        try:
            trees.add(ast.dump(ast.parse(Changed(broken.text, changes).text)))
        except (SyntaxError, ValueError):
            continue
    width = next(w for w, changes in tries.items() if changes == best)
    return Fault(
        title="tabs and spaces are mixed in the indentation",
        places=tuple(_strangers(broken, [change.start for change in best])),
        changes=best,
        fix=f"replace each tab of the indentation by {width} spaces",
        safety=Safety.SAFE if len(trees) == 1 else Safety.REVIEW,
    )


def _lead(text: str, start: int) -> str:
    line = text[start : start + 400]
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def _expand(leads: list[tuple[int, str]], width: int) -> Iterator[Change]:
    for start, lead in leads:
        if "\t" in lead:
            yield Change(start, start + len(lead), lead.expandtabs(width))


def _strangers(broken: Broken, tabs: list[int]) -> list[int]:
    """Where to look first: the line at which Python stopped, then those indented with tabs."""
    at = broken.offset(broken.stopped)
    return [at, *(place for place in tabs if place != at)] if at in tabs else tabs


CASES = (
    fires(
        "def run(data):\n    x = 1\n\treturn x\n",
        line=3,
        fixed="def run(data):\n    x = 1\n    return x\n",
        saw="→",
    ),
    fires("if 1:\n\tx = 1\n        y = 2\n", line=2, fixed="if 1:\n        x = 1\n        y = 2\n"),
    fires(
        "def f():\r\n\ta = '''\r\n\tx'''\r\n    b = 1\r\n", fixed="def f():\r\n    a = '''\r\n\tx'''\r\n    b = 1\r\n"
    ),
    quiet("def f():\n\ta = 1\n\treturn a\ndef g():\n    return 1\n", name="each block in its own way"),
    quiet("def f():\n\ta = (1,\n    2)\n\treturn a\ndef g() return 1\n", name="inside brackets"),
)
