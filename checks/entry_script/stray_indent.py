"""A line is indented by stray spaces.

What it finds
-------------
A line, or a block, that stands one or a few spaces further in or out than the block that it belongs to; and a whole
script that is indented.

Why it breaks
-------------
Python tells blocks by their indentation, to the column: the import fails with an IndentationError ("unexpected indent",
"unindent does not match any outer indentation level"), the worker exits with code 3, and the container restarts.

How to fix
----------
Align the line with its block.

Learn more
----------
https://docs.python.org/3/reference/lexical_analysis.html#indentation
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import PARSES, Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.entry_script.rows import Row, rows
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Safety, Stage

_CONTINUES = re.compile(r"(?:else|elif|except|finally|case)\b")
_BY_HAND = 3  # a slip of the hand moves a line by no more columns than this
_LONGEST = 400  # rows of a block that are moved together


@check(
    "entry-script.stray-indent",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def stray_indent(evidence: Evidence) -> Iterator[Finding]:
    """Look at the indentation around the line at which Python stopped."""
    yield from findings(evidence, "stray_indent")


def detect(broken: Broken) -> Fault | None:
    """Try the line, its block, and the block before it at the indentations that are open there."""
    found = rows(broken)
    at = next((i for i, row in enumerate(found) if broken.line_of(row.start) == broken.stopped), None)
    if at is None or not found:
        return None
    indented = broken.problem.type == "IndentationError" and "expected an indented" not in broken.problem.message
    if not indented and not _CONTINUES.match(found[at].code):
        return None
    tries = list(_candidates(found, at))
    moves, gain = broken.best(changes for changes, _, _ in tries)
    if not gain:
        return None
    first, by = next((first, by) for changes, first, by in tries if changes == moves)
    rivals = [c for c, _, other in tries if c != moves and other != by and abs(other) <= max(abs(by), 1)]
    clear = abs(by) <= _BY_HAND or len(moves) == len(found)
    alone = not any(broken.gain(c) == PARSES for c in rivals[:4])
    return Fault(
        title=_title(first, by, len(moves) == len(found) > 1),
        places=(first.start,),
        changes=moves,
        fix=_how(by, len(moves)),
        safety=Safety.SAFE if clear and alone else Safety.REVIEW,
    )


def _candidates(found: list[Row], at: int) -> Iterator[tuple[tuple[Change, ...], Row, int]]:
    """Ways to align the row: changes, the row that is wrong, and by how many columns it moves; the smallest first."""
    row = found[at]
    moves: list[tuple[int, int, list[Row], int]] = []  # columns, rows, what moves, by how much
    for target in _open_levels(found[:at]):
        by = target - row.width
        if by:
            moves += [(abs(by), len(several), several, by) for several in _blocks(found, at)]
    for before in _blocks_before(found, at):
        by = row.width - before[0].width
        moves.append((abs(by), len(before), before, by))
    least = min(r.width for r in found)
    if least:  # the whole script, when its lines fit together like that
        coherent = all((row.width - least) % 2 == 0 for row in found)
        moves.append((0 if coherent else least, len(found), found, -least))
    unit = _unit(found)
    for _, _, several, by in sorted(moves, key=lambda m: (m[0], (m[2][0].width + m[3]) % unit != 0, m[1])):
        changes = [change for r in several if (change := r.moved(by))]
        if len(changes) == len(several):
            yield tuple(changes), several[0], by


def _unit(found: list[Row]) -> int:
    """The width of the script's indentation: 4 or 2 where nearly all lines keep to it, else 1."""
    return next((n for n in (4, 2) if sum(row.width % n == 0 for row in found) >= 0.8 * len(found)), 1)


def _open_levels(before: list[Row]) -> list[int]:
    """Indentations to which a row may return after the rows before it, and the one of a block that just opened."""
    levels = [0]
    for row in before:
        while levels and levels[-1] > row.width:
            levels.pop()
        if not levels or levels[-1] < row.width:
            levels.append(row.width)
    if before and before[-1].opens:
        levels.append(before[-1].width + 4)
    return levels


def _blocks(found: list[Row], at: int) -> Iterator[list[Row]]:
    """The row alone; with the rows that follow, at its own indentation or deeper; with all that are indented."""
    yield [found[at]]
    for least in (found[at].width, 1):
        several = [found[at]]
        for row in found[at + 1 : at + _LONGEST]:
            if row.width < least:
                break
            several.append(row)
        if len(several) > 1:
            yield several


def _blocks_before(found: list[Row], at: int) -> Iterator[list[Row]]:
    """Blocks that end before the row and stand a slip of the hand beside it."""
    for width in {row.width for row in found[max(0, at - _LONGEST) : at]}:
        if 0 < abs(width - found[at].width) <= _BY_HAND:
            several: list[Row] = []
            for row in reversed(found[max(0, at - _LONGEST) : at]):
                if row.width < width:
                    break
                several.insert(0, row)
            if several and several[0].width == width:
                yield several


def _title(row: Row, by: int, whole: bool) -> str:
    head = row.code if len(row.code) <= 30 else f"{row.code[:29]}…"
    if whole:
        return f"the whole script is indented by {_spaces(-by)}"
    if by < 0:
        return f"{_spaces(-by)} too many before `{head}`"
    return f"{_spaces(by)} too few before `{head}`"


def _how(by: int, lines: int) -> str:
    where = f" in {lines} lines" if lines > 1 else ""
    return f"{'indent by' if by > 0 else 'delete'} {_spaces(abs(by))}{where}"


def _spaces(count: int) -> str:
    return "1 space" if count == 1 else f"{count} spaces"


CASES = (
    fires(" def init():\n    x = 1\n", line=1, fixed="def init():\n    x = 1\n", saw="1 space too many"),
    fires(
        "def init():\n    x = 1\n\n def run(data):\n    return data\n",
        line=4,
        fixed="def init():\n    x = 1\n\ndef run(data):\n    return data\n",
        findings=1,
    ),
    fires("def f():\r\n    x = 1\r\n     y = 2\r\n", line=3, fixed="def f():\r\n    x = 1\r\n    y = 2\r\n"),
    fires("def f():\n    x = 1\n   y = 2\n    z = 3\n", line=3, fixed="def f():\n    x = 1\n    y = 2\n    z = 3\n"),
    fires("def f():\n     x = 1\n    y = 2\n    z = 3\n", line=2, fixed="def f():\n    x = 1\n    y = 2\n    z = 3\n"),
    fires("  import os\n  def f():\n    pass\n", line=1, fixed="import os\ndef f():\n  pass\n", saw="whole script"),
    fires("if 1:\n    x = 1\n    else:\n    x = 2\n", line=3, fixed="if 1:\n    x = 1\nelse:\n    x = 2\n"),
    fires(" import os\nimport sys\n def f(): ...\n", line=1, findings=1, saw="1 more line"),
    quiet("def f():\n        x = (1,\n  2)\n        return x\ndef run(data) return 1\n"),
    quiet("if 1:\n x = 1\nelse:\n      x = 2\n", name="each block in its own width"),
)
