"""Python cannot read the entry script.

What it finds
-------------
A script that Python does not parse or compile, where none of the more specific checks can say what is wrong.

Why it breaks
-------------
The server imports the script. Python refuses it with a SyntaxError, the worker exits with code 3, and the container
restarts.

How to fix
----------
Look at the line that is named, and at the one before it: Python names the place where it stopped understanding.

Learn more
----------
https://docs.python.org/3/tutorial/errors.html#syntax-errors
"""

import re
import sys
import warnings
from collections.abc import Iterator
from functools import lru_cache

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.broken import Problem
from checks.entry_script.diagnosis import diagnose, pinned_python, quotes
from checks.entry_script.positions import Positions
from checks.entry_script.subject import entry_script
from checks.evidence import EnvironmentFile, Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage

_HINTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"'return' outside function"), "indent it below the `def` that it belongs to"),
    (re.compile(r"'(await|yield)' outside"), "move it into a function (`async def` for `await`)"),
    (re.compile(r"'(break|continue)' (outside|not properly)"), "indent it below the loop that it belongs to"),
    (re.compile(r"forgot a comma"), "add the comma between the two values"),
    (re.compile(r"from __future__ imports must occur"), "move the `from __future__` import to the top of the script"),
    (re.compile(r"import \* only allowed at module level"), "move the import to the top of the script"),
    (re.compile(r"duplicate argument"), "give the two parameters different names"),
    (re.compile(r"keyword argument repeated"), "pass the argument once"),
    (re.compile(r"positional argument follows keyword"), "pass the positional arguments first"),
    (re.compile(r"parameter without a default follows"), "put parameters with a default last"),
    (re.compile(r"non-default argument follows"), "put parameters with a default last"),
    (re.compile(r"cannot assign to"), "compare with `==`, or assign to a name"),
    (re.compile(r"unexpected character after line continuation"), "delete what follows the backslash"),
)
_GLOBAL = re.compile(r"(before global declaration|is parameter and global)")


@check(
    "entry-script.syntax-error",
    needs=("script",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.import-raised",),
)
def syntax_error(evidence: Evidence) -> Iterator[Finding]:
    """Tell what Python says, once everything that other checks explain is set aside."""
    script_, module = entry_script(evidence)
    if script_.undecodable:
        return
    problem = diagnose(evidence).rest if module.tree is None else _compiled(script_.text)
    if problem is None or _GLOBAL.search(problem.message):
        return
    pin, own = pinned_python(evidence), sys.version_info[:2]
    newer = pin is not None and pin > own and module.tree is None
    said = problem.message.rstrip("?.").replace(". Perhaps", ", perhaps").replace(". Maybe", ", maybe")
    hint = next((text for pattern, text in _HINTS if pattern.search(problem.message)), "")
    yield Finding(
        title=_title(said, newer),
        why=f"The environment pins Python {pin[0]}.{pin[1]}, which may understand what Python {own[0]}.{own[1]}, with "
        "which doctor reads, does not."
        if newer and pin
        else "",
        evidence=_evidence(script_, problem),
        severity=Severity.INFO if newer else None,
        confidence=Confidence.POSSIBLE if newer else None,
        about=(
            "phase:import",
            f"exception:{problem.type}",
            *([f"line:{problem.line}"] if problem.line else []),
        ),
        fixes=(Fix(title=hint),) if hint else (),
        no_fix=None
        if hint
        else "Python tells where it stopped, not what was meant; look at this line and the one before",
    )


def _title(said: str, newer: bool) -> str:
    title = f"doctor's Python cannot read the script: {said}" if newer else f"Python cannot read the script: {said}"
    return title if len(title) <= 90 else f"{title[:89]}…"


def _evidence(script_: Script, problem: Problem) -> tuple[Quote, ...]:
    said = Quote(source=script_.path, text=f"{problem.type}: {problem.message}")
    if not problem.line:
        return (said,)
    where = Positions(script_.text)
    return (*quotes(script_, where, [min(problem.line, max(1, len(where.lines)))]), said)


@lru_cache(maxsize=64)
def _compiled(text: str) -> Problem | None:
    """What the compiler refuses although the parser accepts it, such as `return` outside a function."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text.removeprefix("\ufeff"), "score.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        return Problem(type(error).__name__, error.msg, error.lineno, error.offset)
    except (ValueError, RecursionError, MemoryError) as error:
        return Problem(type(error).__name__, str(error))
    return None


_NEWER = EnvironmentFile(path="conda.yaml", kind="conda", requirements=(), python="3.99")

CASES = (
    fires("x = 1\ny = [1 2]\n", line=2, saw="forgot a comma"),
    fires("x = 1\nreturn x\n", line=2, saw="'return' outside function"),
    fires("def f(a, a): pass\n", line=1, saw="duplicate argument"),
    fires("x = 5 6 7 )\n", findings=1),
    fires("x = (" * 300, findings=1, name="too deep for the parser"),
    fires(script("@@ x\n", environment=_NEWER), saw="doctor's Python"),
    quiet("def run(data):\n    return data\n"),
    quiet("def run(data)\n    return data\n", name="explained by a check of its own"),
    quiet("def init():\n    model = 1\n    global model\n", name="explained by another check"),
)
