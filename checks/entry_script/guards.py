"""Code that reckons with a failure: imports and names that may be absent."""

import ast

from checks.entry_script.module import Module

IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", "AttributeError"})


def reckons_with_absence(module: Module, node: ast.AST) -> bool:
    """True inside a try that catches the failing import or attribute, in its handlers, and under a test of versions.

    A test counts when it asks for `sys.version_info`, a `__version__`, `hasattr(...)`, `find_spec(...)`, TYPE_CHECKING.
    """
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, ast.Try) and below not in above.finalbody:
            caught = [_names(handler.type) & IMPORT_ERRORS or handler.type is None for handler in above.handlers]
            if any(caught):
                return True
        below = above
    return is_for_some_version(module, node)


def is_for_some_version(module: Module, node: ast.AST) -> bool:
    """True under a test of versions, or of what is there."""
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, (ast.If, ast.IfExp)) and below is not above.test:
            test = ast.unparse(above.test)
            if any(word in test for word in ("version", "hasattr", "find_spec", "TYPE_CHECKING", "PY2", "PY3")):
                return True
        below = above
    return False


def is_survived(module: Module, node: ast.AST) -> bool:
    """True inside a try whose broad handler neither returns nor raises: the script goes on after a failure."""
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, ast.Try) and below in above.body:
            for handler in above.handlers:
                broad = handler.type is None or bool(_names(handler.type) & {"Exception", "BaseException"})
                leaves = any(isinstance(n, (ast.Return, ast.Raise)) for part in handler.body for n in ast.walk(part))
                if broad and not leaves and _goes_on(module, above):
                    return True
        below = above
    return False


def _goes_on(module: Module, attempt: ast.Try) -> bool:
    """Statements follow the try in its block, so it is not the whole work."""
    above = module.parent(attempt)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(above, name, [])
        if attempt in block:
            return block[-1] is not attempt
    return False


def _names(kind: ast.expr | None) -> set[str]:
    return {n.id for n in ast.walk(kind) if isinstance(n, ast.Name)} if kind is not None else set()
