"""A name is used before the `global` statement that declares it.

What it finds
-------------
A function that reads or assigns a name, and declares it `global` further down; or that declares one of its own
parameters `global`.

Why it breaks
-------------
Python refuses the function when it compiles the script ("name 'model' is assigned to before global declaration"): the
import fails with a SyntaxError, the worker exits with code 3, and the container restarts.

How to fix
----------
Move the `global` statement to the begin of the function; rename the parameter.

Learn more
----------
https://docs.python.org/3/reference/simple_stmts.html#the-global-statement
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.diagnosis import EXPLAINED
from checks.entry_script.module import SCOPES, Function, Module
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage


@check(
    "entry-script.global-after-use",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINED,
)
def global_after_use(evidence: Evidence) -> Iterator[Finding]:
    """Compare the places of `global` statements with those of the names they declare."""
    script, module = entry_script(evidence)
    for declared in module.all(ast.Global):
        function = module.function_of(declared)
        if function is None or module.scope(declared) is not function:
            continue
        for name in declared.names:
            if name in _parameters(function):
                yield _parameter(script, module, declared, function, name)
            elif (used := _first_use(function, name)) and used.lineno < declared.lineno:
                yield _late(script, module, declared, used, name, function)


def _parameters(function: Function) -> set[str]:
    arguments = function.args
    several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {argument.arg for argument in several if argument}


def _first_use(function: Function, name: str) -> ast.Name | None:
    """The first place where the function itself, not one inside it, uses the name."""
    pending: list[ast.AST] = list(function.body)
    uses: list[ast.Name] = []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name) and node.id == name:
            uses.append(node)
        elif not isinstance(node, SCOPES):
            pending += ast.iter_child_nodes(node)
    return min(uses, key=lambda node: (node.lineno, node.col_offset), default=None)


def _late(
    script: Script, module: Module, declared: ast.Global, used: ast.Name, name: str, function: Function
) -> Finding:
    edits = _move(script.path, module, declared, function)
    return Finding(
        title=f"`{name}` is used before `global {name}` declares it",
        evidence=(module.quote(script.path, used), module.quote(script.path, declared)),
        about=_about(name, declared.lineno, used.lineno),
        fixes=(
            Fix(
                title=f"move the `global` statement to the begin of {function.name}()",
                safety=Safety.SAFE if edits else Safety.REVIEW,
                edits=edits,
            ),
        ),
    )


def _about(name: str, *lines: int) -> tuple[str, ...]:
    return (f"name:{name}", *(f"line:{n}" for n in lines), "phase:import", "exception:SyntaxError")


def _move(path: str, module: Module, declared: ast.Global, function: Function) -> tuple[Edit, ...]:
    """Both edits, where the statement and the first of the function have lines of their own."""
    first, number = function.body[0], declared.lineno
    indent = module.line(first.lineno)[: module.column(first.lineno, first.col_offset)]
    statement = f"global {', '.join(declared.names)}"
    if indent.strip() or first.lineno == function.lineno or module.line(number).strip() != statement:
        return ()
    below = Edit(path=path, start_line=number, start_column=0, end_line=number + 1, end_column=0, replacement="")
    if len(getattr(module.parent(declared), "body", ())) == 1:  # the only statement of its block
        below = module.replace(path, declared, "pass")
    return module.insert(path, first.lineno, f"{indent}{statement}\n"), below


def _parameter(script: Script, module: Module, declared: ast.Global, function: Function, name: str) -> Finding:
    return Finding(
        title=f"`{name}` is a parameter of {function.name}() and declared `global` in it",
        evidence=(module.quote(script.path, function), module.quote(script.path, declared)),
        about=_about(name, declared.lineno, function.lineno),
        fixes=(Fix(title=f"give the parameter another name than `{name}`, or drop it"),),
    )


CASES = (
    fires(
        "def init():\n    model = 1\n    global model\n    model = 2\ndef run(data): return model\n",
        line=2,
        fixed="def init():\n    global model\n    model = 1\n    model = 2\ndef run(data): return model\n",
    ),
    fires("model = None\ndef init():\n    print(model)\n    if 1:\n        global model\n", line=3),
    fires("def init(model=None):\n    global model\n    model = 1\n", line=1, saw="parameter"),
    quiet("def init():\n    global model, x\n    model = x = 1\ndef run(data):\n    return model\n"),
    quiet("def init():\n    def f():\n        model = 1\n    global model\n    model = f\n", name="inside another"),
)
