"""Merge conflict markers are left in the entry script.

What it finds
-------------
Lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`, which version control writes around the two sides of a
conflict, outside of texts and comments.

Why it breaks
-------------
The markers are no Python: the import fails with a SyntaxError, the worker exits with code 3, and the container
restarts.

How to fix
----------
Decide for one side, and delete the markers and the other side. The fix that is offered keeps the upper side, which is
that of the branch that was merged into.

Learn more
----------
https://git-scm.com/docs/git-merge#_how_conflicts_are_presented
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

_CONFLICT = re.compile(
    r"^<{7}(?: .*)?\r?\n(?P<ours>(?:.*\n)*?)(?P<base>\|{7}(?: .*)?\r?\n(?:.*\n)*?)?={7}\r?\n(?P<theirs>(?:.*\n)*?)"
    r">{7}(?: .*)?(?:\r?\n|\Z)",
    re.MULTILINE,
)
_MARKER = re.compile(r"^(?:<{7}|={7}|>{7})(?: .*)?\r?$", re.MULTILINE)


@check(
    "entry-script.merge-conflict",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def merge_conflict(evidence: Evidence) -> Iterator[Finding]:
    """Look for conflict markers in a text that does not parse."""
    yield from findings(evidence, "merge_conflict")


def detect(broken: Broken) -> Fault | None:
    """Keep the upper side of every conflict, or the lower one when that gets further."""
    conflicts = list(_CONFLICT.finditer(broken.text))
    title, keep_upper = "a merge conflict is left in the script", "keep the upper side of each conflict"
    if conflicts:
        upper, lower = (tuple(c for m in conflicts for c in _keep(m, side)) for side in ("ours", "theirs"))
        best, gain = broken.best([upper, lower])
        if gain:
            fix = keep_upper if best == upper else "keep the lower side of each conflict"
            return Fault(title=title, places=tuple(m.start() for m in conflicts), changes=best, fix=fix)
    markers = [m for m in _MARKER.finditer(broken.text) if broken.lexed.is_code(m.start())]
    lines = [Change(m.start(), broken.offset(broken.line_of(m.start()) + 1), "") for m in markers]
    if broken.stopped not in {broken.line_of(m.start()) for m in markers} or not broken.gain(lines):
        return None
    return Fault(
        title="merge conflict markers are left in the script",
        places=tuple(m.start() for m in markers),
        changes=tuple(lines),
        fix="delete the markers, once the lines between them are right",
    )


def _keep(match: re.Match[str], side: str) -> tuple[Change, Change]:
    return Change(match.start(), match.start(side), ""), Change(match.end(side), match.end(), "")


_BOTH = """\
def init(): ...
<<<<<<< HEAD
def run(data): return 1
=======
def run(raw): return 2
>>>>>>> feature
"""

CASES = (
    fires(_BOTH, line=2, fixed="def init(): ...\ndef run(data): return 1\n", findings=1),
    fires("x = 1\n=======\ny = 2\n", line=2, fixed="x = 1\ny = 2\n"),
    fires(_BOTH.replace("return 1", "return 1 +"), fixed="def init(): ...\ndef run(raw): return 2\n", name="lower"),
    quiet(f'"""\n{_BOTH}"""\ndef init(): ...\n', name="in a text"),
    quiet("TITLE = '''\nScores\n=======\n'''\ndef init() pass\n", name="an underline"),
)
