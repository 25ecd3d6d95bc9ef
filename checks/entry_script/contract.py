"""How the server finds init() and run(), and what stands in the script instead of them.

Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: `hasattr` on the imported module, then
`inspect.signature(run)`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from checks.entry_script.module import Function, Module, is_main_guard
from checks.finding import Edit

SCHEMA = frozenset({"input_schema", "output_schema"})
RAW = "rawhttp"
_USUAL = ("data", "raw_data", "input_data", "request", "body", "payload", "inputs")


def binds(module: Module, name: str) -> bool:
    """True when the imported module may have the attribute; names that code makes at run time count as bound."""
    if {name, "*", "__getattr__"} & module.top_names:
        return True
    return any(word in module.text for word in ("globals()", "exec(", "sys.modules[__name__]", "vars()"))


def found_by_server(module: Module, name: str) -> Function | None:
    """The function that the server gets under that name; None when it is another thing, or cannot be told.

    That is the case when something else binds the name later, or a condition decides between definitions.
    """
    function = module.functions.get(name)
    if function is None or not isinstance(module.parent(function), ast.Module):
        return None
    return function if binding_after(module, function, name) is None else None


def binding_after(module: Module, function: Function, name: str) -> ast.stmt | None:
    """The last statement at module level that binds the name again after the function did."""
    after: ast.stmt | None = None
    seen = False
    for node in module.top_level:
        if node is function:
            seen = True
        elif seen and name in bound_by(node):
            after = node
    return after


def bound_by(node: ast.stmt) -> set[str]:
    """Names that one statement binds itself, without the statements of its blocks."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return set(_stored(node))


def _stored(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            yield from _stored(child)


def last_name(module: Module, node: ast.expr) -> str:
    """The last part of what a decorator is: `input_schema` for `@schema.input_schema(...)`."""
    dotted = module.dotted(node.func if isinstance(node, ast.Call) else node) or ""
    return dotted.rsplit(".", 1)[-1]


def is_plain(module: Module, function: Function) -> bool:
    """True when no decorator but the server's own stands on the function, so that it is called as it is written."""
    return all(last_name(module, node) in SCHEMA | {RAW} for node in function.decorator_list)


def all_functions(module: Module) -> list[Function]:
    """Every function of the script, at module level or not."""
    return [*module.all(ast.FunctionDef), *module.all(ast.AsyncFunctionDef)]


def is_batch(module: Module) -> bool:
    """True for scripts of batch deployments and parallel jobs, whose run() may also take a `mini_batch_context`."""
    context = module.run is not None and any(a.arg == "mini_batch_context" for a in parameters(module.run))
    return module.is_batch or context


def parameters(function: Function) -> list[ast.arg]:
    """All named parameters, in order."""
    arguments = function.args
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def required(function: Function) -> list[ast.arg]:
    """Named parameters without a default."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    needed = positional[: len(positional) - len(arguments.defaults)]
    return [*needed, *(a for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is None)]


def loads(node: ast.AST) -> set[str]:
    """Names that code reads, functions inside it included."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def at_import(module: Module, node: ast.AST) -> bool:
    """True for code that runs when the script is imported: decorators and defaults of functions included."""
    below = node
    for above in module.parents(node):
        if isinstance(above, ast.Lambda):
            return False
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef) and below in above.body:
            return False
        below = above
    return True


def data_name(module: Module, function: Function) -> str:
    """A name for the parameter of run(): what the body reads although nothing defines it, else a name that is free."""
    taken = module.top_names | {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    undefined = loads(function) - module.top_names
    return next((name for name in _USUAL if name in undefined), next(name for name in _USUAL if name not in taken))


def first_line(function: Function | ast.ClassDef) -> int:
    """The line of the first decorator, or of the definition."""
    return min([function.lineno, *(node.lineno for node in function.decorator_list)])


def name_edit(module: Module, path: str, function: Function | ast.ClassDef, name: str) -> Edit:
    """The edit that renames a definition; its uses stay."""
    line = module.line(function.lineno)
    place = re.compile(rf"\b{re.escape(function.name)}\b").search(line, module.column(function.lineno, 0))
    start = place.start() if place else 0
    return Edit(
        path=path,
        start_line=function.lineno,
        start_column=start,
        end_line=function.lineno,
        end_column=start + len(function.name),
        replacement=name,
    )


def append(module: Module, path: str, text: str) -> Edit:
    """The edit that puts definitions at the end of the script, before a main guard that ends it."""
    body = module.tree.body if module.tree else []
    if body and is_main_guard(body[-1]):
        return module.insert(path, body[-1].lineno, f"{text}\n\n\n")
    gap = "" if not module.lines or module.lines[-1].endswith(("\n", "\r")) else "\n"
    blank = "\n\n" if body else ""
    return module.insert(path, len(module.lines) + 1, f"{gap}{blank}{text}\n")


@dataclass(frozen=True)
class StandIn:
    """What the author meant as init() or run(): `where` it stands, and the class, function or guard that holds it."""

    wanted: str
    function: Function
    where: str  # "guard", "class", "function", "misspelt"
    holder: ast.AST | None = None


@lru_cache(maxsize=64)
def stand_ins(module: Module) -> tuple[StandIn, ...]:
    """One for each of init() and run() that the server will not find although something else is meant for it."""
    found: dict[str, StandIn] = {}
    for wanted in ("init", "run"):
        if not binds(module, wanted) and (stand_in := _nested(module, wanted) or _misspelt(module, wanted)):
            found[wanted] = stand_in
    run = found.get("run")
    if run and run.where == "class" and "init" not in found and not binds(module, "init"):
        assert isinstance(run.holder, ast.ClassDef)
        start = next((m for m in _methods(run.holder) if m.name == "__init__"), run.function)
        found["init"] = StandIn("init", start, "class", run.holder)
    return tuple(found.values())


def _nested(module: Module, wanted: str) -> StandIn | None:
    for function in all_functions(module):
        if function.name != wanted:
            continue
        for above in module.parents(function):
            if isinstance(above, ast.ClassDef):
                return StandIn(wanted, function, "class", above) if _is_top(module, above) else None
            if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
                return StandIn(wanted, function, "function", above) if _is_top(module, above) else None
            if is_main_guard(above):
                return StandIn(wanted, function, "guard", above)
    return None


def _is_top(module: Module, node: ast.AST) -> bool:
    return not any(isinstance(above, ast.ClassDef | ast.FunctionDef) for above in module.parents(node))


def _methods(holder: ast.ClassDef) -> list[Function]:
    return [node for node in holder.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _misspelt(module: Module, wanted: str) -> StandIn | None:
    near = [f for f in module.functions.values() if f.name != wanted and how_near(f.name, wanted) and _fits(f, wanted)]
    near = [f for f in near if how_near(f.name, wanted) == "form" or not _is_used(module, f)]
    near.sort(key=lambda f: how_near(f.name, wanted) != "form")
    return StandIn(wanted, near[0], "misspelt") if near else None


def _fits(function: Function, wanted: str) -> bool:
    return not required(function) if wanted == "init" else len(required(function)) <= 2


def _is_used(module: Module, function: Function) -> bool:
    """True when code outside a main guard uses the name: then it is a helper, and means what it says."""
    return any(
        node.id == function.name and not any(is_main_guard(above) for above in module.parents(node))
        for node in module.all(ast.Name)
        if isinstance(node.ctx, ast.Load)
    )


def how_near(name: str, wanted: str) -> str:
    """`form`: differs in case and underscores only. `slip`: one letter too many, too few, another or swapped."""
    bare = name.replace("_", "").lower()
    if bare == wanted:
        return "form"
    if len(name) == len(wanted):
        wrong = [i for i in range(len(name)) if name[i] != wanted[i]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and sorted(name) == sorted(wanted)
        return "slip" if len(wrong) == 1 or swapped else ""
    longer, shorter = (name, wanted) if len(name) > len(wanted) else (wanted, name)
    if len(longer) == len(shorter) + 1 and any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))):
        return "slip"
    return ""
