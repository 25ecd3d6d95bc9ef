"""Module-level functions that pass init() and run() on to an object of a class."""

import ast

from checks.entry_script.contract import required
from checks.entry_script.module import Function, Module


def wrap_class(module: Module, holder: ast.ClassDef, wanted: list[str]) -> str | None:
    """The text of the functions, None when it cannot be told how the object is made or what run() is given."""
    methods = {node.name: node for node in holder.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    run = methods.get("run")
    made = _made(module, holder)
    start, constructor = methods.get("init"), methods.get("__init__")
    data = _data(run) if run else None
    if made is None and (holder.bases or (constructor and len(required(constructor)) > 1)):
        return None
    if ("run" in wanted and (run is None or data is None)) or (start and len(required(start)) > 1):
        return None
    if any(isinstance(method, ast.AsyncFunctionDef) or method.decorator_list for method in (run, start) if method):
        return None
    name = made or ("service" if "service" not in module.top_names else "_service")
    parts = []
    if "init" in wanted:
        body = [] if made else [f"    global {name}", f"    {name} = {holder.name}()"]
        body += [f"    {name}.init()"] if start else []
        parts.append("\n".join(["def init():", *(body or ["    pass"])]))
    elif made is None:
        parts.append(f"{name} = {holder.name}()")
    if "run" in wanted:
        parts.append(f"def run({data}):\n    return {name}.run({data})")
    return "\n\n\n".join(parts)


def _made(module: Module, holder: ast.ClassDef) -> str | None:
    """The module-level name of an object of the class, where there is one."""
    for node in module.tree.body if module.tree else []:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        target, maker = node.targets[0], node.value.func
        if isinstance(target, ast.Name) and isinstance(maker, ast.Name) and maker.id == holder.name:
            return target.id
    return None


def _data(run: Function) -> str | None:
    """The one parameter of the method besides `self`."""
    names = [argument.arg for argument in required(run)][1:]
    return names[0] if len(names) == 1 and not run.args.vararg else None
