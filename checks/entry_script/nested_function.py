"""init() or run() is not at module level.

What it finds
-------------
A script without `init` or `run` at module level that defines them as methods of a class, inside another function, or
under `if __name__ == "__main__":`.

Why it breaks
-------------
The server imports the script and looks up `init` and `run` on the module. Methods and inner functions are not there,
and the main guard is false on import. The worker stops with "does not have a run() function defined", exits with code
3, and the container restarts.

How to fix
----------
Move the functions to module level; for a class, add functions that call the methods of one object.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`, `load_script`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import StandIn, append, stand_ins
from checks.entry_script.module import Module
from checks.entry_script.moving import move_out_of_function, move_out_of_guard
from checks.entry_script.subject import entry_script
from checks.entry_script.wrapping import wrap_class
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Stage

_PLACES = {
    "guard": 'under `if __name__ == "__main__":`',
    "class": "in the class `{name}`",
    "function": "inside {name}()",
}


@check(
    "entry-script.nested-function",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("entry-script.no-init", "entry-script.no-run", "runtime.contract-refused"),
)
def nested_function(evidence: Evidence) -> Iterator[Finding]:
    """Look for the missing functions elsewhere."""
    script, module = entry_script(evidence)
    by_holder: dict[ast.AST, list[StandIn]] = {}
    for stand_in in stand_ins(module):
        if stand_in.holder is not None:
            by_holder.setdefault(stand_in.holder, []).append(stand_in)
    for holder, several in by_holder.items():
        several.sort(key=lambda s: s.function.lineno)
        wanted = " and ".join(f"{s.wanted}()" for s in sorted(several, key=lambda s: s.wanted))
        place = _PLACES[several[0].where].format(name=getattr(holder, "name", ""))
        lines = dict.fromkeys(s.function.lineno for s in several)
        yield Finding(
            title=f"{wanted} {'stand' if len(several) > 1 else 'stands'} {place}, not at module level"[:90],
            evidence=tuple(module.quote(script.path, line) for line in lines),
            about=(*(f"name:{s.wanted}" for s in several), *(f"line:{line}" for line in lines), "phase:import"),
            fixes=(_fix(script, module, holder, several),),
        )


def _fix(script: Script, module: Module, holder: ast.AST, several: list[StandIn]) -> Fix:
    edits: tuple[Edit, ...] = ()
    if isinstance(holder, ast.ClassDef):
        text = wrap_class(module, holder, [s.wanted for s in several])
        return Fix(
            title=f"add functions at module level that call an object of `{holder.name}`",
            edits=(append(module, script.path, text),) if text else (),
        )
    if isinstance(holder, ast.If):
        edits = move_out_of_guard(module, script.path, holder)
    elif isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef):
        edits = move_out_of_function(module, script.path, holder, [s.function for s in several])
    return Fix(title="move the functions to module level", edits=edits)


_GUARD = """\
import os

if __name__ == "__main__":
    import json

    def init():
        '''Load.
        Once.'''

    def run(data):
        return json.loads(data)

    init()
"""
_MOVED = """\
import os

import json


def init():
    '''Load.
        Once.'''


def run(data):
    return json.loads(data)


if __name__ == "__main__":
    init()
"""

CASES = (
    fires(_GUARD, line=6, saw="main", fixed=_MOVED, findings=1),
    fires(
        "if __name__ == '__main__':\n    def init(): ...\n    def run(data): return 1\n",
        fixed="def init(): ...\n\n\ndef run(data): return 1\n",
    ),
    fires(
        "class S:\n    def init(self):\n        self.m = 1\n    def run(self, data):\n        return self.m\n",
        line=2,
        findings=1,
        fixed="class S:\n    def init(self):\n        self.m = 1\n    def run(self, data):\n        return self.m\n"
        "\n\ndef init():\n    global service\n    service = S()\n    service.init()\n"
        "\n\ndef run(data):\n    return service.run(data)\n",
    ),
    fires(
        "class S:\n    def __init__(self): ...\n    def run(self, x): return x\n", saw="init() and run()", findings=1
    ),
    fires(
        "def init():\n    global m\n    m = 1\n    def run(data):\n        return m\n",
        line=4,
        fixed="def init():\n    global m\n    m = 1\n\n\ndef run(data):\n    return m\n",
    ),
    quiet("class S:\n    def init(self): ...\n    def run(self, x): ...\ns = S()\ninit = s.init\nrun = s.run\n"),
    quiet("def init(): ...\ndef run(data): return 1\nclass S:\n    def run(self): ...\n"),
    quiet("def make():\n    def run(data): return data\n    return run\nrun = make()\ndef init(): ...\n"),
    quiet("if True:\n    def init(): ...\n    def run(data): return 1\n"),
)
