"""A block is empty, or its lines are not indented.

What it finds
-------------
A `def`, `if`, `try` or other line that opens a block, after which nothing follows that is indented: the body was lost,
consists of comments only, or starts at the column of the line itself.

Why it breaks
-------------
Python needs at least one statement in a block, and knows it by its indentation: the import fails with "expected an
indented block", the worker exits with code 3, and the container restarts.

How to fix
----------
Indent the body; write `pass` where nothing is to be done.

Learn more
----------
https://docs.python.org/3/reference/lexical_analysis.html#indentation
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.entry_script.rows import Row, rows
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Safety, Stage


@check(
    "entry-script.missing-indent",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def missing_indent(evidence: Evidence) -> Iterator[Finding]:
    """Look at the block whose body Python missed."""
    yield from findings(evidence, "missing_indent")


def detect(broken: Broken) -> Fault | None:
    """Try `pass` for a body that is not there, else the lines after the head as its body."""
    if not broken.problem.message.startswith("expected an indented block"):
        return None
    opened = re.search(r"on line (\d+)", broken.problem.message)
    found = rows(broken)
    at = next((i for i, row in enumerate(found) if opened and broken.line_of(row.start) == int(opened[1])), None)
    if at is None or not found[at].opens:
        return None
    head, following = found[at], found[at + 1 :]
    end = broken.code_end(broken.line_of(head.start))
    empty = (Change(end, end, " pass"),)
    body = list(_bodies(head, following)) if following and following[0].width >= head.width else []
    changes, gain = broken.best([*body, empty])
    if not gain:
        return None
    name = head.code if len(head.code) <= 40 else f"{head.code[:39]}…"
    if changes == empty:
        return Fault(
            title=f"nothing follows in the block of `{name}`",
            places=(head.start,),
            changes=changes,
            fix="write `pass` as the body",
            safety=Safety.SAFE if not following or following[0].width <= head.width else Safety.REVIEW,
        )
    return Fault(
        title=f"the body of `{name}` is not indented",
        places=(following[0].start,),
        also=(head.start,),
        changes=changes,
        fix="indent the body",
    )


def _bodies(head: Row, following: list[Row]) -> Iterator[tuple[Change, ...]]:
    """What may be the body: all rows up to the next definition, then fewer, moved to where the rest of it stands."""
    first, by = following[0], 4
    if len(following) > 1 and following[1].width > first.width:
        inner = following[1].width - head.width
        if first.defines and inner <= 4:
            return  # a definition with its own body
        by = inner if not first.opens else max(inner - 4, 4)
    elif first.defines:
        return
    block: list[Row] = []
    for row in following[:200]:
        if row.width < first.width or (row.defines and row is not first and row.width <= first.width):
            break
        block.append(row)
    for size in [len(block), *range(min(len(block) - 1, 30), 0, -1)]:
        yield tuple(change for row in block[:size] if (change := row.moved(by)))


CASES = (
    fires("def init():\n    # nothing to load\n\ndef run(data):\n    return data\n", line=1, saw="nothing follows"),
    fires("def run(data): return 1\ndef init():\n", line=2, fixed="def run(data): return 1\ndef init(): pass\n"),
    fires(
        "def run(data):\nx = 1\nif x:\n    x = 2\nreturn x\n\ndef f(): ...\n",
        line=2,
        fixed="def run(data):\n    x = 1\n    if x:\n        x = 2\n    return x\n\ndef f(): ...\n",
    ),
    fires("def init():\n    # later\n\nif __name__ == '__main__':\n    init()\n", line=1, findings=1),
    fires("def f():\ng = 1\nreturn g\ndef h():\ni = 2\n", findings=1, line=2, saw="not indented"),
    quiet("def init(): pass\ndef run(data):\n    '''Only a text.'''\n"),
    quiet("def init():\n    ...\ndef run(data) return data\n"),
)
