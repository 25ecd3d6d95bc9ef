"""An import is broken over two lines without parentheses.

What it finds
-------------
An `import` or `from ... import` that goes on in the next line, without parentheses around the names and without a
backslash before the line end; or with a blank after the backslash.

Why it breaks
-------------
The line end ends the statement, so Python finds half an import: a SyntaxError such as "trailing comma not allowed
without surrounding parentheses". The worker exits with code 3, and the container restarts.

How to fix
----------
Put parentheses around the names, or write the import on one line.

Learn more
----------
https://docs.python.org/3/reference/simple_stmts.html#the-import-statement
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Safety, Stage

_BEGINS = re.compile(r"[ \t]*(?:from|import)\b")
_NAME = r"[A-Za-z_][\w.]*(?:[ \t]+as[ \t]+\w+)?"
_NAMES = re.compile(rf"[ \t]*,?[ \t]*{_NAME}(?:[ \t]*,[ \t]*{_NAME})*[ \t]*,?")
_FROM_NAMES = re.compile(r"(?P<head>[ \t]*from[ \t]+[\w.]+[ \t]+import)\b(?P<gap>[ \t]*)(?P<names>[^()\\]*)")
_LONGEST = 30  # lines that a list of imported names may have


@check(
    "entry-script.broken-import-line",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def broken_import_line(evidence: Evidence) -> Iterator[Finding]:
    """Look at the imports around the line at which Python stopped."""
    yield from findings(evidence, "broken_import_line")


def detect(broken: Broken) -> Fault | None:
    """Try parentheses around the names, or the two lines as one."""
    for line in range(max(1, broken.stopped - 2), broken.stopped + 1):
        if not _BEGINS.match(broken.line(line)) or not broken.lexed.is_code(broken.offset(line)):
            continue
        best, gain = broken.best(_candidates(broken, line))
        if gain:
            return Fault(
                title="an import is broken over two lines without parentheses"
                if best[0].text != ""
                else "blanks follow the backslash that continues an import",
                places=(broken.offset(line),),
                also=(broken.offset(line + 1),),
                changes=best,
                fix=_how(best),
                safety=Safety.SAFE,
            )
    return None


def _how(changes: tuple[Change, ...]) -> str:
    if len(changes) > 1:
        return "put parentheses around the imported names"
    return "delete the blanks after the backslash" if changes[0].text == "" else "write the import on one line"


def _candidates(broken: Broken, line: int) -> Iterator[tuple[Change, ...]]:
    code = broken.code(line)
    if blanks := re.search(r"\\([ \t]+)$", broken.line(line)):
        start = broken.offset(line, blanks.start(1))
        yield (Change(start, broken.offset(line, blanks.end(1)), ""),)
    names, last = _FROM_NAMES.fullmatch(code), _last(broken, line)
    if names and last > line:
        opening = broken.offset(line, names.end("gap"))
        yield (
            Change(broken.offset(line, names.end("head")), opening, " ("),
            Change(broken.code_end(last), broken.code_end(last), ")"),
        )
    # The rest of the statement stands alone on the next line: `from x` and `import y`, `import` and `x`.
    follows = broken.line(line + 1)
    if follows.strip() and broken.code_end(line) == broken.offset(line, len(broken.line(line).rstrip())):
        begin = broken.offset(line + 1, len(follows) - len(follows.lstrip()))
        yield (Change(broken.code_end(line), begin, "" if code.rstrip().endswith(".") else " "),)


def _last(broken: Broken, line: int) -> int:
    """The last line of the names that an import lists, told by the commas at the line ends."""
    last = line
    while last < min(line + _LONGEST, len(broken.lines)) and _NAMES.fullmatch(broken.code(last + 1)):
        code, after = broken.code(last).rstrip(), broken.code(last + 1).lstrip()
        if not (code.endswith((",", "import")) or after.startswith(",")):
            break
        last += 1
    return last


CASES = (
    fires(
        "import os\nfrom a.b import c,\n    d\ndef init(): ...\n",
        line=2,
        fixed="import os\nfrom a.b import (c,\n    d)\ndef init(): ...\n",
    ),
    fires("from azureml.core.model\nimport Model\n", line=1, fixed="from azureml.core.model import Model\n"),
    fires("from a import\n    b, c  # both\nx = 1\n", fixed="from a import (\n    b, c)  # both\nx = 1\n"),
    fires("import os,\nsys\n", fixed="import os, sys\n"),
    fires(
        "import os\r\nfrom a import b, \\ \r\n    c\r\n", line=2, fixed="import os\r\nfrom a import b, \\\r\n    c\r\n"
    ),
    fires("from a.\n  b import c\n", fixed="from a.b import c\n"),
    fires("from a import b,\nc,\nd\nx = 1\n", fixed="from a import (b,\nc,\nd)\nx = 1\n"),
    fires("from a import b,\n    c\nfrom d import e,\n    f\n", findings=1, line=1),
    quiet("from a import (b,\n    c)\nimport d, \\\n    e\ndef run(data) return d\n"),
    quiet("import a\nb, c = 1, 2\n"),
)
