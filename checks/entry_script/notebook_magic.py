"""Notebook commands are left in the entry script.

What it finds
-------------
Lines that only a notebook understands: cell magics (`%%writefile score.py`), line magics (`%matplotlib inline`), shell
commands (`!pip install ...`), help (`model?`); and `get_ipython()` calls, into which an export turns them.

Why it breaks
-------------
The server imports the script with plain Python. A magic is a SyntaxError there, `get_ipython` a NameError; the import
fails, the worker exits with code 3, and the container restarts.

How to fix
----------
Delete the `%%writefile` line and turn the other commands into comments. What `!pip install` installed belongs into the
deployment's environment.

Learn more
----------
https://ipython.readthedocs.io/en/stable/interactive/magics.html
"""

import ast
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.broken import PARSES, Broken, Fault
from checks.entry_script.changes import Change
from checks.entry_script.diagnosis import EXPLAINED, findings, quotes
from checks.entry_script.module import Module
from checks.entry_script.positions import Positions
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage

_MAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?P<command>%{1,2}[A-Za-z]\w*|!{1,2}[ \t]*[\w./~$({\[\"'-]|\?{1,2}[A-Za-z]\w*"
    r"|[A-Za-z_][\w.]*\?{1,2}[ \t]*$)"
)
_ASSIGNED = re.compile(r"(?P<indent>[ \t]*)[A-Za-z_][\w, \t]*=[ \t]*(?P<command>(?:%[A-Za-z]|!)[^=].*)")
_WRITES = re.compile(r"%%(?:writefile|file|writetemplate)\b")


@check(
    "entry-script.notebook-magic",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(*EXPLAINED, "entry-script.undefined-name"),
)
def notebook_magic(evidence: Evidence) -> Iterator[Finding]:
    """Look for magics in a text that does not parse, for `get_ipython()` in one that does."""
    script, module = entry_script(evidence)
    if module.tree is None:
        yield from findings(evidence, "notebook_magic")
    else:
        yield from _exported(script, module)


def detect(broken: Broken) -> Fault | None:
    """Turn every statement that reads as a notebook command into a comment."""
    plain: list[tuple[int, Change, bool]] = []
    assigned = False
    for start, _ in broken.statements():
        line = broken.line(broken.line_of(start))
        if match := _MAGIC.match(line):
            if _WRITES.match(line):
                end = broken.offset(broken.line_of(start) + 1)
                plain.append((start, Change(start, end, ""), False))
            else:
                at = start + match.start("command")
                plain.append((start, Change(at, at, "# "), bool(match["indent"])))
        elif match := _ASSIGNED.match(line):
            at = start + len(match["indent"])
            plain.append((start, Change(at, at, "# "), bool(match["indent"])))
            assigned = True
    as_comment = tuple(change for _, change, _ in plain)
    in_blocks = tuple(
        Change(change.start, change.end, "pass  # ") if indented else change for _, change, indented in plain
    )
    best, gain = broken.best([as_comment, in_blocks] if in_blocks != as_comment else [as_comment])
    if not gain:
        return None
    first = broken.line(broken.line_of(plain[0][0])).strip()
    word = first.split()[0] if gain == PARSES or first[0] in "%!?" else first
    return Fault(
        title=f"the notebook command `{word[:30]}` is left in the script",
        places=tuple(place for place, _, _ in plain),
        changes=best,
        fix="delete the `%%writefile` line, turn other notebook commands into comments"
        if any(not change.text for change in best)
        else "turn the notebook commands into comments",
        safety=Safety.REVIEW if assigned else Safety.SAFE,
    )


def _exported(script: Script, module: Module) -> Iterator[Finding]:
    if "get_ipython" not in script.text or "get_ipython" in module.top_names:
        return
    calls = [
        call
        for call in module.all(ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == "get_ipython" and _runs(module, call)
    ]
    if not calls:
        return
    lines = sorted({call.lineno for call in calls})
    statements = [_statement(module, call) for call in calls]
    edits = tuple(_comment(script.path, module, statement) for statement in dict.fromkeys(statements) if statement)
    more = f" (and {len(lines) - 1} more times)" if len(lines) > 1 else ""
    yield Finding(
        title=f"`get_ipython()` is called, which only a notebook has{more}",
        evidence=quotes(script, Positions(script.text), lines),
        confidence=Confidence.CERTAIN,
        about=("name:get_ipython", "exception:NameError", *(f"line:{n}" for n in lines)),
        fixes=(
            Fix(
                title="turn the exported notebook commands into comments",
                safety=Safety.SAFE if len(edits) == len(set(statements)) else Safety.REVIEW,
                edits=edits,
            ),
        ),
    )


def _runs(module: Module, call: ast.Call) -> bool:
    """False under a `try` or an `if`: a script that asks first is prepared for the answer."""
    return not any(isinstance(above, ast.Try | ast.If | ast.IfExp | ast.BoolOp) for above in module.parents(call))


def _statement(module: Module, call: ast.Call) -> ast.Expr | None:
    """The one-line statement that is nothing but this call, or a call on its result."""
    for above in module.parents(call):
        if isinstance(above, ast.stmt):
            return above if isinstance(above, ast.Expr) and above.lineno == above.end_lineno else None
    return None


def _comment(path: str, module: Module, statement: ast.Expr) -> Edit:
    holder = module.parent(statement)
    alone = not isinstance(holder, ast.Module) and len(getattr(holder, "body", ())) == 1
    text = "pass  # " if alone else "# "
    return module.insert(path, statement.lineno, text, module.column(statement.lineno, statement.col_offset))


CASES = (
    fires(
        "%%writefile score.py\nimport os\n%matplotlib inline\n!pip install numpy\ndef init(): ...\n",
        line=1,
        fixed="import os\n# %matplotlib inline\n# !pip install numpy\ndef init(): ...\n",
        findings=1,
    ),
    fires("import os\r\n%load_ext autoreload\r\n", line=2, fixed="import os\r\n# %load_ext autoreload\r\n"),
    fires("def init():\n    !ls\n", line=2, fixed="def init():\n    pass  # !ls\n", name="alone in a block"),
    fires("files = !ls\nprint(1)\n", line=1, fixed="# files = !ls\nprint(1)\n"),
    fires("model?\nx = 1\n", fixed="# model?\nx = 1\n"),
    fires(
        "get_ipython().run_line_magic('matplotlib', 'inline')\ndef init(): ...\n",
        saw="get_ipython",
        fixed="# get_ipython().run_line_magic('matplotlib', 'inline')\ndef init(): ...\n",
    ),
    quiet('HELP = """\n%matplotlib inline\n!pip install x\n"""\ndef init(): ...\n', name="in a text"),
    quiet("x = 'a' \\\n  % 3\ny = (7\n  %x)\ndef init(): ...\n", name="the modulo operator"),
    quiet("try:\n    get_ipython()\n    NOTEBOOK = True\nexcept NameError:\n    NOTEBOOK = False\n"),
    quiet("def init()\n    return 7 % 2\n", name="broken in another way"),
)
