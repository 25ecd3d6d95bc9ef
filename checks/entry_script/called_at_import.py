"""The script calls its own init() or run() when it is imported.

What it finds
-------------
A call of init() or run() at module level, outside `if __name__ == "__main__":`: what remains of a local test.

Why it breaks
-------------
The server imports the script, so the test runs in the container before the server is ready: the model is loaded twice,
and a sample file or a variable that only the developer has stops the start.

How to fix
----------
Put the test under `if __name__ == "__main__":`, where only `python score.py` runs it.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: the script is imported, then init() is called.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls_of
from checks.entry_script.module import Module
from checks.entry_script.scopes import in_main_guard, owner
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import RAISED, about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Severity, Stage


@check(
    "entry-script.called-at-import",
    needs=("tree",),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    explains=("runtime.slow-start", "runtime.file-missing", "runtime.noisy-output", *RAISED),
)
def called_at_import(evidence: Evidence) -> Iterator[Finding]:
    """Look for calls of the two functions in code that runs at import."""
    script, module = entry_script(evidence)
    own = {name for name in ("init", "run") if name in module.functions}
    found = [
        call
        for call, _ in calls_of(module, own)
        if owner(module, call) is None and not in_main_guard(module, call) and not _in_lambda(module, call)
    ]
    if found:
        names = " and ".join(sorted({f"{call.func.id}()" for call in found if isinstance(call.func, ast.Name)}))
        yield Finding(
            title=f"{names} {'are' if ' and ' in names else 'is'} called when the script is imported",
            evidence=quotes(script, module, found),
            about=(*about_lines(found), "phase:import"),
            fixes=(Fix(title='put the test under `if __name__ == "__main__":`', edits=_edits(script, module, found)),),
        )


def _in_lambda(module: Module, call: ast.Call) -> bool:
    return any(isinstance(above, ast.Lambda) for above in module.parents(call))


def _edits(script: Script, module: Module, found: list[ast.Call]) -> tuple[Edit, ...]:
    """Indent everything from the first such statement to the end, when nothing there defines or imports anything."""
    if module.tree is None:
        return ()
    body = module.tree.body
    holders = [
        index
        for index, node in enumerate(body)
        if any(inner in found for inner in ast.walk(node) if isinstance(inner, ast.Call))
    ]
    tail = body[holders[0] :] if holders else []
    keeps = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    if not tail or any(isinstance(n, keeps) for n in tail) or any(n.lineno != n.end_lineno for n in tail):
        return ()
    if len({n.lineno for n in tail}) != len(tail) or tail[0].col_offset:
        return ()
    edits = [module.insert(script.path, node.lineno, "    ") for node in tail[1:]]
    return (module.insert(script.path, tail[0].lineno, 'if __name__ == "__main__":\n    '), *edits)


_BOTH = "def init(): ...\ndef run(data): return data\n"
CASES = (
    fires(
        _BOTH + "init()\nprint(run('[1]'))\n",
        saw="init() and run()",
        line=3,
        fixed=_BOTH + "if __name__ == \"__main__\":\n    init()\n    print(run('[1]'))\n",
    ),
    fires(_BOTH + "test = open('sample.json').read()\nrun(test)\n", saw="run() is called"),
    quiet(_BOTH + "if __name__ == '__main__':\n    init()\n    run('')\n"),
    quiet(_BOTH + "def test():\n    init()\n"),
    quiet("from flask import Flask\napp = Flask('a')\n" + _BOTH + "app.run()\n", name="another object's run"),
    quiet(_BOTH + "handler = lambda data: run(data)\n"),
)
