"""run() returns nothing, so the answer is an empty object.

What it finds
-------------
A run() without any `return` that has a value. One that returns a value on some paths and falls off its end on others is
told as information.

Why it breaks
-------------
The server sends `{}` with status 200 for None: the client gets an answer without a prediction and no sign of a failure.

How to fix
----------
Return the result on every path; raise an exception where there is none.

Learn more
----------
Source: measured on azureml-inference-server-http 1.5.1.
"""

import ast
from collections.abc import Iterable, Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.module import Function, Module
from checks.entry_script.scopes import owner
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Edit, Finding, Fix, Severity, Stage


@check(
    "entry-script.returns-none",
    needs=("tree",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def returns_none(evidence: Evidence) -> Iterator[Finding]:
    """Look at the return statements of run(), and at its end."""
    script, module = entry_script(evidence)
    run = module.run
    if run is None or module.is_batch:
        return
    own = [n for n in ast.walk(run) if owner(module, n) is run]
    if any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in own):
        return
    returns = [n for n in own if isinstance(n, ast.Return)]
    answers = [n for n in returns if n.value is not None]
    try:
        falls = not _ends(run.body)
    except RecursionError:  # nested too deeply to follow
        return
    if not falls and (answers or not returns):
        return
    edit = _last_assigned(script.path, module, run) if not answers else None
    yield Finding(
        title="run() returns no value" if not answers else "run() ends without a value on some paths",
        severity=Severity.INFO if answers else None,
        evidence=quotes(script, module, [run, run.body[-1]]),
        about=("name:run", f"line:{run.lineno}", "phase:run"),
        fixes=(Fix(title="return the result", edits=(edit,) if edit else ()),),
    )


def _ends(body: Iterable[ast.stmt]) -> bool:
    """True when no path leaves the block by its end."""
    for node in body:
        match node:
            case ast.Return() | ast.Raise():
                return True
            case ast.If(body=then, orelse=otherwise) if _ends(then) and _ends(otherwise):
                return True
            case ast.With(body=inner) | ast.AsyncWith(body=inner) if _ends(inner):
                return True
            case ast.Try(finalbody=final) if _ends(final):
                return True
            case ast.Try(body=tried, handlers=handlers, orelse=orelse):
                if (_ends(tried) or _ends(orelse)) and all(_ends(h.body) for h in handlers):
                    return True
            case ast.While(test=ast.Constant(value=constant), body=inner) if constant and not _breaks(inner):
                return True
            case ast.Match(cases=cases):
                total = any(
                    isinstance(c.pattern, ast.MatchAs) and c.pattern.pattern is None and c.guard is None for c in cases
                )
                if total and all(_ends(c.body) for c in cases):
                    return True
            case ast.Expr(value=ast.Call(func=function)) if "exit" in ast.unparse(function) or "abort" in ast.unparse(
                function
            ):
                return True
            case _:
                pass
    return False


def _breaks(body: Iterable[ast.stmt]) -> bool:
    return any(isinstance(n, ast.Break) for part in body for n in ast.walk(part))


def _last_assigned(path: str, module: Module, run: Function) -> Edit | None:
    """Return the name that run() assigned last, when its last statement is that assignment."""
    last = run.body[-1]
    if not (isinstance(last, ast.Assign) and len(last.targets) == 1 and isinstance(last.targets[0], ast.Name)):
        return None
    column = module.column(last.lineno, last.col_offset)
    indent = module.line(last.lineno)[:column]
    line = (last.end_lineno or last.lineno) + 1
    if indent.strip() or (line > len(module.lines) and not module.text.endswith(("\n", "\r"))):
        return None
    return module.insert(path, line, f"{indent}return {last.targets[0].id}\n")


CASES = (
    fires(
        "def run(data):\n    result = model.predict(data).tolist()\n",
        line=1,
        fixed="def run(data):\n    result = model.predict(data).tolist()\n    return result\n",
    ),
    fires("def run(data):\n    print(data)\n", saw="no value"),
    fires("def run(data):\n    if data:\n        return 1\n", saw="some paths", name="worth knowing"),
    fires(
        "def run(data):\n    try:\n        return 1\n    except ValueError:\n        print('bad')\n", saw="some paths"
    ),
    quiet("def run(data):\n    if data:\n        return 1\n    else:\n        return 2\n"),
    quiet("def run(data):\n    try:\n        return 1\n    except ValueError:\n        raise\n"),
    quiet("def run(data):\n    with lock:\n        return 1\n"),
    quiet("def run(data):\n    raise NotImplementedError\n"),
    quiet("def run(mini_batch):\n    print(mini_batch)\n", name="batch: another check"),
    quiet("def run(data):\n    yield 1\n", name="generator: another check"),
    quiet("def run(data):\n    while True:\n        if data:\n            return 1\n"),
    quiet("from service import run\ndef init(): ...\n"),
    quiet(
        "def run(data):\n    match data:\n        case 1:\n            return 1\n        case _:\n"
        "            return 2\n"
    ),
)
