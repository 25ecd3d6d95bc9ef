"""Names of the entry script that hold None where an object should be."""

import ast
import re

from checks.entry_script.module import Module
from checks.runtime.failures import Failure

_NONE = re.compile(
    r"'NoneType' object (?:has no attribute '(?P<attribute>\w+)'|is not (?P<how>callable|subscriptable|iterable))"
)


def unset_name(failure: Failure) -> str | None:
    """The module-level name that is None in the failing statement: assigned None, and not (globally) anything later."""
    said = _NONE.search(failure.message)
    if said is None or failure.module is None or failure.statement is None:
        return None
    used = [name for node in ast.walk(failure.statement) if (name := _used_as(node, said["attribute"], said["how"]))]
    holders = [name for name in used if _is_none_at_start(failure.module, name)]
    return holders[0] if holders else None


def _used_as(node: ast.AST, attribute: str | None, how: str | None) -> str | None:
    """The name in `name.attribute`, `name[...]` or `name(...)`, when the node is of the form that the message means."""
    value: ast.expr | None = None
    subscript = isinstance(node, ast.Subscript) and how == "subscriptable"
    if subscript or (isinstance(node, ast.Attribute) and node.attr == attribute):
        assert isinstance(node, (ast.Attribute, ast.Subscript))
        value = node.value
    elif isinstance(node, ast.Call) and how == "callable":
        value = node.func
    return value.id if isinstance(value, ast.Name) else None


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
