"""Names of the entry script that hold None where an object should be."""

import ast

from checks.entry_script.module import Module
from checks.entry_script.scopes import owner
from checks.finding import Quote
from checks.runtime.at_fault import faults, only_globals
from checks.runtime.failures import Failure
from checks.runtime.globals_held import held, set_at


def unset_name(failure: Failure) -> str | None:
    """The global that is None in the failing statement, or that holds the None which it meets."""
    if "NoneType" not in failure.message or failure.module is None:
        return None
    for one in faults(failure):
        alone = isinstance(one.node, ast.Name) and not one.from_body and not one.file_lines
        names = one.globals if alone else ()
        for name in names:
            said = held(failure, name)
            here = failure.own is not None and failure.in_script(failure.own)
            if said == "NoneType" or (said is None and here and _is_none_at_start(failure.module, name)):
                return name
    inside = only_globals(failure)
    return inside.globals[0] if inside else None


def unset_text(failure: Failure, name: str) -> str:
    """How the failing line writes what is None there: the global's name, or what is read of it."""
    said = held(failure, name)
    inside = only_globals(failure)
    other = inside is not None and (not isinstance(inside.node, ast.Name) or said not in (None, "NoneType"))
    return inside.text if inside is not None and other else name


def swallowed(failure: Failure, name: str) -> tuple[Quote, ...]:
    """Where the global was to be set and what caught the exception there, as quotes; none when nothing did."""
    module, script, own = failure.module, failure.script, failure.own
    if module is None or script is None or own is None or not failure.in_script(own):
        return ()
    for store in set_at(module, name):
        for above in module.parents(store):
            if not isinstance(above, ast.Try) or not _in_body(above, store):
                continue
            quiet = next((one for one in above.handlers if not _raises(one)), None)
            if quiet is not None:
                return (module.quote(script.path, store), module.quote(script.path, quiet))
    return ()


def set_in(module: Module, name: str) -> str | None:
    """The function that sets the global later, where init() itself does not: a thread's, or one that is not called."""
    functions = [one for store in set_at(module, name) if (one := owner(module, store)) is not None]
    return next((one.name for one in functions if one.name != "init"), None)


def loaded_as_local(module: Module, name: str) -> ast.AST | None:
    """Where a function assigns to `name` without declaring it global: the value stays in the function."""
    for function in module.functions.values():
        declared = {n for node in ast.walk(function) if isinstance(node, ast.Global) for n in node.names}
        if name in declared:
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                return node
    return None


def declares_global(module: Module, name: str) -> bool:
    """True when some function declares `name` global."""
    return any(name in node.names for node in module.all(ast.Global))


def _is_none_at_start(module: Module, name: str) -> bool:
    for node in module.top_level:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        value = getattr(node, "value", None)
        named = any(isinstance(n, ast.Name) and n.id == name for t in targets for n in ast.walk(t))
        if named and isinstance(value, ast.Constant) and value.value is None:
            return True
    return False


def _in_body(tried: ast.Try, node: ast.Name) -> bool:
    return any(one.lineno <= node.lineno <= (one.end_lineno or 0) for one in tried.body)


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(handler))
