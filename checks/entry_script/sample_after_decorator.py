"""A name is used in a decorator before the line that defines it.

What it finds
-------------
Decorators and parameter defaults of module-level functions that use a name which module-level code binds only further
down, such as a sample that is defined below run().

Why it breaks
-------------
Decorators and defaults are evaluated where they stand, at import. The name does not exist yet, so Python raises a
NameError, the worker exits with code 3, and the container restarts.

How to fix
----------
Move the definition above the function.

Learn more
----------
https://docs.python.org/3/reference/compound_stmts.html#function-definitions
"""

import ast
import builtins
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import bound_by, first_line, loads
from checks.entry_script.module import Function, Module
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage

_MOVABLE = (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


@check(
    "entry-script.sample-after-decorator",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.import-raised", "entry-script.undefined-name"),
)
def sample_after_decorator(evidence: Evidence) -> Iterator[Finding]:
    """Compare the places of names in decorators and defaults with the places that bind them."""
    script, module = entry_script(evidence)
    assert module.tree is not None
    if "*" in module.top_names:
        return
    for function in module.tree.body:
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        late: dict[str, tuple[ast.Name, ast.stmt]] = {}
        for use in _evaluated(function):
            if use.id not in late and (binder := _later(module, function, use.id)):
                late[use.id] = (use, binder)
        for name, (use, binder) in late.items():
            yield Finding(
                title=f"`{name}` is used in line {use.lineno}, and defined only in line {binder.lineno}",
                evidence=(module.quote(script.path, use), module.quote(script.path, binder)),
                about=(f"name:{name}", f"line:{use.lineno}", "phase:import", "exception:NameError"),
                fixes=(_fix(module, script.path, function, binder, name),),
            )


def _evaluated(function: Function) -> Iterator[ast.Name]:
    """Names that the definition itself reads: in decorators and defaults, without the bodies of lambdas there."""
    arguments = function.args
    pending: list[ast.AST] = [*function.decorator_list, *arguments.defaults, *(d for d in arguments.kw_defaults if d)]
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node
        if not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            pending += ast.iter_child_nodes(node)


def _later(module: Module, function: Function, name: str) -> ast.stmt | None:
    """The first statement that binds the name, when all that do come after the function."""
    if hasattr(builtins, name) or any(name in declared.names for declared in module.all(ast.Global)):
        return None
    binders = [node for node in module.top_level if name in bound_by(node)]
    if not binders or any(node.lineno <= function.lineno for node in binders):
        return None
    return binders[0]


def _fix(module: Module, path: str, function: Function, binder: ast.stmt, name: str) -> Fix:
    title = f"move `{name}` above {function.name}()"
    moved = _with_what_it_needs(module, function, binder)
    if moved is None:
        return Fix(title=title)
    text = "\n".join(_lines(module, node) for node in moved)
    before = first_line(function)
    gap = "\n" if before > 1 and not module.line(before - 1).strip() else ""
    edits = [_cut(module, path, node) for node in moved]
    edits.append(module.insert(path, before, f"{text}\n{gap}{gap}"))
    return Fix(title=title, safety=Safety.SAFE, edits=tuple(edits))


def _with_what_it_needs(module: Module, function: Function, binder: ast.stmt) -> list[ast.stmt] | None:
    """The statement and those below the function that it needs, in order; None when one cannot be moved."""
    assert module.tree is not None
    chosen: list[ast.stmt] = []
    pending = [binder]
    while pending:
        node = pending.pop()
        if node in chosen:
            continue
        if not isinstance(node, _MOVABLE) or node not in module.tree.body or _shares_line(module, node):
            return None
        chosen.append(node)
        for name in loads(node):
            binders = [other for other in module.top_level if name in bound_by(other)]
            if binders and all(other.lineno > function.lineno for other in binders):
                pending += binders
    names = {name for node in chosen for name in bound_by(node)}
    several = any(sum(name in bound_by(node) for node in module.top_level) > 1 for name in names)
    return None if several or len(chosen) > 6 else sorted(chosen, key=lambda node: node.lineno)


def _shares_line(module: Module, node: ast.stmt) -> bool:
    """True when another statement stands on one of its lines."""
    assert module.tree is not None
    return any(
        other is not node and other.lineno <= (node.end_lineno or 0) and (other.end_lineno or 0) >= node.lineno
        for other in module.tree.body
    )


def _start(node: ast.stmt) -> int:
    return first_line(node) if isinstance(node, ast.FunctionDef | ast.ClassDef) else node.lineno


def _lines(module: Module, node: ast.stmt) -> str:
    return "\n".join(module.line(n) for n in range(_start(node), (node.end_lineno or node.lineno) + 1))


def _cut(module: Module, path: str, node: ast.stmt) -> Edit:
    """Delete the lines of a statement, and the blank lines before it where it ends the script."""
    start, end = _start(node), node.end_lineno or node.lineno
    if end >= len(module.lines):
        while start > 1 and not module.line(start - 1).strip():
            start -= 1
    return Edit(path=path, start_line=start, start_column=0, end_line=end + 1, end_column=0, replacement="")


CASES = (
    fires(
        "from x import input_schema, S\nimport numpy as np\n\n\n@input_schema('data', S(sample))\n"
        "def run(data): return 1\n\n\nsample = np.array([1])\n",
        line=5,
        fixed="from x import input_schema, S\nimport numpy as np\n\n\nsample = np.array([1])\n\n\n"
        "@input_schema('data', S(sample))\ndef run(data): return 1\n",
    ),
    fires(
        "from x import deco\n@deco(kind)\ndef run(data): return 1\nraw = [1]\nkind = (raw,\n    1)\ny = 2\n",
        line=2,
        fixed="from x import deco\nraw = [1]\nkind = (raw,\n    1)\n@deco(kind)\ndef run(data): return 1\ny = 2\n",
    ),
    fires("def run(data, mode=DEFAULT): return 1\nDEFAULT = 'a'\n", line=1, saw="DEFAULT"),
    fires("@timed\ndef run(data): return 1\ndef timed(f): return f\n", line=1),
    quiet("sample = 1\nfrom x import deco\n@deco(sample)\ndef run(data): return sample\nsample = 2\n"),
    quiet("def run(data): return later\nlater = 1\n", name="used in the body only"),
    quiet("from x import *\n@deco(sample)\ndef run(data): return 1\nsample = 1\n"),
    quiet("from x import deco\n@deco(lambda: later)\ndef run(data, f=[n for n in (1,)]): return 1\nlater = n = 1\n"),
)
