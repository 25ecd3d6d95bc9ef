"""The script ends the process.

What it finds
-------------
`sys.exit()`, `exit()`, `quit()`, `os._exit()`, `os.abort()` or `raise SystemExit` in code that runs at import, in
init() or in run(). Under a condition it is told as a warning.

Why it breaks
-------------
At import and in init() the server treats SystemExit as a failure: the worker exits with code 3 and the container
restarts. In run() it ends the worker: the client gets a plain "Internal Server Error", other requests of that worker
are lost. `os._exit()` and `os.abort()` leave no exception behind: the log names no reason.

How to fix
----------
Raise an exception that says what is wrong, or return.

Learn more
----------
Source: measured on azureml-inference-server-http 1.5.1.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls
from checks.entry_script.conditions import own_line
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, is_straight, reach
from checks.entry_script.scopes import scopes
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import RAISED, about_lines, quotes
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Severity, Stage

EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})
SILENT = (
    "It ends the process without an exception, so the log names no reason. At import and in init() the server starts "
    "another worker, which ends the same way, for ever: the service never gets ready. In run() the client's connection "
    "is cut."
)


@check(
    "entry-script.exit-left",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.exited", "runtime.crashed", *RAISED),
)
def exit_left(evidence: Evidence) -> Iterator[Finding]:
    """Look at every exit that is called directly."""
    script, module = entry_script(evidence)
    if not any(word in module.text for word in ("exit", "quit", "abort")) and "SystemExit" not in module.text:
        return
    for node, name in _exits(module):
        phases = reach(module).called_in(node)
        if not phases:
            continue
        straight = is_straight(module, node)
        yield Finding(
            title=f"{name} ends the worker",
            why=SILENT if name.startswith("os.") else "",
            severity=None if straight else Severity.WARNING,
            confidence=Confidence.CERTAIN if straight else Confidence.LIKELY,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [node]),
            about=(*about_lines([node]), *about_phases(phases)),
            fixes=(
                Fix(
                    title="raise an exception that says what is wrong, or return",
                    edits=_edits(script, module, node),
                ),
            ),
        )


def _exits(module: Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    own = {name for names in scopes(module).bound.values() for name in names}
    for call, name in calls(module):
        if name in EXITS and ("." in name or name not in own):
            yield call, f"{name}()"
    for raised in module.all(ast.Raise):
        kind = raised.exc.func if isinstance(raised.exc, ast.Call) else raised.exc
        if isinstance(kind, ast.Name) and kind.id == "SystemExit":
            yield raised, "SystemExit"


def _edits(script: Script, module: Module, node: ast.expr | ast.stmt) -> tuple[Edit, ...]:
    statement = node if isinstance(node, ast.stmt) else module.parent(node)
    if not isinstance(statement, (ast.Expr, ast.Raise)) or not own_line(module, statement):
        return ()
    call = statement.value if isinstance(statement, ast.Expr) else statement.exc
    said = call.args[0] if isinstance(call, ast.Call) and call.args else None
    if isinstance(said, (ast.Constant, ast.JoinedStr)) and said.lineno == said.end_lineno:
        line = module.line(said.lineno)
        text = line[module.column(said.lineno, said.col_offset) : module.column(said.lineno, said.end_col_offset or 0)]
        if text[:1] in "\"'f":
            return (module.replace(script.path, statement, f"raise RuntimeError({text})"),)
    status = said.value if isinstance(said, ast.Constant) else 0
    if status == 0 and is_straight(module, statement):
        return (module.replace(script.path, statement, "pass"),)
    return ()  # what went wrong there is the person's to say


CASES = (
    fires("import sys\ndef init():\n    sys.exit()\ndef run(data): return 1\n", line=3, saw="sys.exit()"),
    fires(
        "import os, sys\ndef init():\n    if not os.path.exists('m'):\n        sys.exit('no model')\n"
        "def run(data): return 1\n",
        fixed="import os, sys\ndef init():\n    if not os.path.exists('m'):\n"
        "        raise RuntimeError('no model')\ndef run(data): return 1\n",
        name="under a condition: a warning",
    ),
    fires("import os\ndef run(data):\n    os._exit(0)\n", saw="os._exit()"),
    fires("raise SystemExit(1)\ndef run(data): return 1\n"),
    fires("def main():\n    quit()\nmain()\ndef run(data): return 1\n"),
    quiet("import sys\ndef run(data): return data\nif __name__ == '__main__':\n    sys.exit(run(1))\n"),
    quiet("import sys\ndef stop():\n    sys.exit()\ndef run(data): return data\n", name="never called"),
    quiet(
        "import sys, signal\ndef stop(*a):\n    sys.exit()\nsignal.signal(signal.SIGTERM, stop)\ndef run(d): return d\n"
    ),
    quiet("def exit(): ...\ndef init():\n    exit()\ndef run(data): return 1\n", name="a function of one's own"),
)
