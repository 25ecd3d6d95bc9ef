"""init or run is no function.

What it finds
-------------
A module-level `run` (or `init`) that ends up as a value: `run = None`, a list, an imported module; and a function that
a later statement replaces, such as `run = Run.get_context()`.

Why it breaks
-------------
The server takes what stands under the name when the import is done. With a `run` that cannot be called the worker stops
with "TypeError: ... is not a callable object", with such an `init` it fails in "User's init function failed"; it exits
with code 3, and the container restarts.

How to fix
----------
Give the value another name.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: `inspect.signature(run)`, `invoke_init`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.contract import bound_by, first_line
from checks.entry_script.module import Module
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence
from checks.finding import Confidence, Edit, Finding, Fix, Stage

_VALUES = (
    ast.Constant,
    ast.JoinedStr,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.GeneratorExp,
)
# Calls that give an object without __call__, and that scripts like to name `run`.
_OBJECTS = frozenset({"get_context", "start_run", "active_run", "start_logging", "get_submitted_run", "submit"})


@check(
    "entry-script.run-not-callable",
    needs=("tree",),
    stage=Stage.LOAD,
    explains=("runtime.contract-refused", "runtime.init-raised"),
)
def run_not_callable(evidence: Evidence) -> Iterator[Finding]:
    """Look at the statement that binds each name last."""
    script, module = entry_script(evidence)
    assert module.tree is not None
    for name in ("init", "run"):
        if any(name in declared.names and not _too_late(module, declared) for declared in module.all(ast.Global)):
            continue
        last = next((node for node in reversed(module.tree.body) if name in bound_by(node) | _inside(node)), None)
        if last is None or name not in bound_by(last) or (what := _value(last, name)) is None:
            continue
        shown, confidence = what
        function = module.functions.get(name)
        quotes = [module.quote(script.path, last)]
        if function:
            quotes.append(module.quote(script.path, function))
        yield Finding(
            title=f"{name}() is replaced by {shown}" if function else f"`{name}` is {shown}, not a function",
            evidence=tuple(quotes),
            confidence=confidence,
            stage=Stage.LOAD if name == "run" else Stage.INIT,
            about=(
                f"name:{name}",
                f"line:{last.lineno}",
                f"phase:{'import' if name == 'run' else 'init'}",
                "exception:TypeError",
            ),
            fixes=(
                Fix(
                    title=f"give the value another name than `{name}`",
                    edits=_rename(module, script.path, name, last) if function else (),
                ),
            ),
        )


def _too_late(module: Module, declared: ast.Global) -> bool:
    """True inside init() and run(): the server looks at `run` before it calls them."""
    function = module.function_of(declared)
    return function is not None and function.name in {"init", "run"}


def _inside(node: ast.stmt) -> set[str]:
    """Names that statements inside the blocks of an `if`, `try` or `with` bind: a condition decides there."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return set()
    return {name for inner in ast.walk(node) if isinstance(inner, ast.stmt) for name in bound_by(inner)}


def _value(node: ast.stmt, name: str) -> tuple[str, Confidence] | None:
    """What a statement binds the name to, when that can never be called."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if not any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return None
        if isinstance(node.value, _VALUES):
            text = ast.unparse(node.value)
            return f"`{text}`" if len(text) <= 30 else "a value", Confidence.CERTAIN
        return _object(node.value)
    if isinstance(node, ast.With | ast.AsyncWith):
        item = next((i for i in node.items if i.optional_vars and name in ast.unparse(i.optional_vars)), None)
        return _object(item.context_expr) if item else None
    if isinstance(node, ast.Import):
        return f"the module `{name}`", Confidence.CERTAIN
    return None


def _object(value: ast.expr) -> tuple[str, Confidence] | None:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _OBJECTS:
        return f"the object that `{ast.unparse(value.func)}()` gives"[:60], Confidence.LIKELY
    return None


def _rename(module: Module, path: str, name: str, last: ast.stmt) -> tuple[Edit, ...]:
    """The value and its uses at module level and in functions under another name; the function keeps its own."""
    if not isinstance(last, ast.Assign) or module.functions[name].lineno > last.lineno:
        return ()
    uses = [
        n
        for n in module.all(ast.Name)
        if n.id == name and (isinstance(n.ctx, ast.Store) or not isinstance(module.parent(n), ast.Call))
    ]
    if any(n.lineno < first_line(module.functions[name]) for n in uses):
        return ()
    return tuple(module.replace(path, use, f"current_{name}") for use in uses)


CASES = (
    fires("def init(): ...\nrun = None\n", line=2, saw="`run` is `None`"),
    fires("init = {}\ndef run(data): return 1\n", line=1),
    fires("import run\ndef init(): ...\n", line=1, saw="the module"),
    fires(
        "from x import Run\ndef init(): ...\ndef run(data): return 1\nrun = Run.get_context()\nrun.log('a', 1)\n",
        line=4,
        saw="run() is replaced",
        fixed="from x import Run\ndef init(): ...\ndef run(data): return 1\n"
        "current_run = Run.get_context()\ncurrent_run.log('a', 1)\n",
    ),
    fires("import mlflow\ndef run(d): ...\nwith mlflow.start_run() as run:\n    pass\ndef init(): ...\n", line=3),
    quiet("run = None\ndef init(): ...\ndef run(data): return 1\n", name="the function comes last"),
    quiet("from azureml.core import Run\nrun = Run.get_context()\ndef run(data): return 1\ndef init(): ...\n"),
    quiet("import x\nrun = x.predictor.run\ninit = x.make()\n"),
    fires("run = None\ndef init():\n    global run\n    run = print\n", line=1, name="filled too late"),
    quiet("run = None\ndef fill():\n    global run\n    run = print\nfill()\ndef init(): ...\n"),
    quiet("import x\nrun = None\nif x.gpu:\n    run = x.run\nelse:\n    run = x.slow\ndef init(): ...\n"),
)
