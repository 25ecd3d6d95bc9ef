"""What arrives in run(): the parameter that takes the request body, and what the decorators made of it."""

import ast
from dataclasses import dataclass

from checks.entry_script.calls import argument, call_name, last, text_of
from checks.entry_script.module import Function, Module
from checks.entry_script.scopes import scopes


@dataclass(frozen=True)
class Sampled:
    """One decorated parameter. `sort`: text, data (lists, dicts, numbers), array, frame, or unknown."""

    name: str
    sort: str


def body_parameter(module: Module) -> str | None:
    """The parameter of an undecorated run() that takes the request body as text."""
    run = module.run
    if run is None or module.is_batch or module.is_schema or module.is_raw or run.decorator_list:
        return None
    return next((a.arg for a in run.args.args if a.arg != "request_headers"), None)


def sampled_parameters(module: Module) -> tuple[Sampled, ...]:
    """The parameters that @input_schema decorates."""
    run = module.run
    if run is None:
        return ()
    found = []
    for decorator in run.decorator_list:
        if isinstance(decorator, ast.Call) and last(call_name(module, decorator)) == "input_schema":
            name, kind = text_of(argument(decorator, 0, "param_name")), argument(decorator, 1, "param_type")
            if name:
                found.append(Sampled(name, _sort(module, kind, 4)))
    return tuple(found)


def _sort(module: Module, node: ast.expr | None, depth: int) -> str:
    node = _resolved(module, node, depth)
    if not isinstance(node, ast.Call):
        return "unknown"
    kind = last(call_name(module, node))
    if kind == "NumpyParameterType":
        return "array"
    if kind in {"PandasParameterType", "SparkParameterType"}:
        return "frame"
    if kind != "StandardPythonParameterType":
        return "unknown"
    sample = _resolved(module, argument(node, 0, "sample_input"), depth)
    if isinstance(sample, (ast.Dict, ast.List, ast.Tuple)):
        return "data"
    if isinstance(sample, ast.Constant):
        return "text" if isinstance(sample.value, (str, bytes)) else "data"
    return "text" if isinstance(sample, ast.JoinedStr) else "unknown"


def _resolved(module: Module, node: ast.expr | None, depth: int) -> ast.expr | None:
    while isinstance(node, ast.Name) and depth > 0:
        depth -= 1
        stores = scopes(module).bound[None].get(node.id, [])
        above = module.parent(stores[0]) if len(stores) == 1 else None
        if not isinstance(above, ast.Assign):
            return node
        node = above.value
    return node


def reads_of(module: Module, function: Function, name: str) -> list[ast.Name]:
    """Where a function (or what is nested in it) reads its own parameter; nothing when it assigns it anew."""
    known = scopes(module)
    if len(known.bound[function][name]) > 1:
        return []
    nodes = [n for n in module.all(ast.Name) if n.id == name and isinstance(n.ctx, ast.Load)]
    return [n for n in nodes if known.home(n) is function and not known.is_private(n)]


def asks_for_type(module: Module, reads: list[ast.Name]) -> bool:
    """True when the code asks what the parameter is before it works with it."""
    for read in reads:
        above = module.parent(read)
        if isinstance(above, ast.Call) and call_name(module, above) in {"isinstance", "hasattr", "type", "callable"}:
            return True
    return False
