"""Under which conditions a node runs."""

import ast

from checks.entry_script.module import Module
from checks.finding import Edit

_SWITCHES = ("environ", "getenv", "debug", "local", "verbose", "dev_mode", "is_dev")


def is_switched(module: Module, node: ast.AST) -> bool:
    """True under an `if` that asks for an environment variable or a debugging switch."""
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, (ast.If, ast.IfExp)) and below is not above.test:
            test = ast.unparse(above.test).lower()
            if any(word in test for word in _SWITCHES):
                return True
        below = above
    return False


def asks_for_file(module: Module, node: ast.AST) -> bool:
    """True under an `if` that asks whether a file is there, or a `try` whose handler expects that it is not."""
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, ast.If) and below is not above.test:
            test = ast.unparse(above.test)
            if any(word in test for word in ("exists", "isfile", "isdir", "is_file", "is_dir")):
                return True
        if isinstance(above, ast.ExceptHandler) and above.type is not None:
            names = ast.unparse(above.type)
            if any(word in names for word in ("FileNotFound", "LookupError", "OSError", "IOError")):
                return True
        below = above
    return False


def is_cached(module: Module, node: ast.AST) -> bool:
    """True where the work is done once: under a test for None or for membership, or in a cached function."""
    below: ast.AST = node
    for above in module.parents(node):
        if isinstance(above, ast.If) and below is not above.test:
            tests = ast.walk(above.test)
            if any(isinstance(t, (ast.Is, ast.IsNot, ast.NotIn, ast.In, ast.Not)) for t in tests):
                return True
        if isinstance(above, ast.Try) and below not in above.body:
            return True
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return any("cache" in ast.unparse(d) or "memo" in ast.unparse(d) for d in above.decorator_list)
        below = above
    return False


def own_line(module: Module, statement: ast.stmt) -> bool:
    """True when nothing else stands on the lines of a statement."""
    start, end = statement.lineno, statement.end_lineno or statement.lineno
    before = module.line(start)[: module.column(start, statement.col_offset)]
    after = module.line(end)[module.column(end, statement.end_col_offset or 0) :].split("#")[0]
    return not before.strip() and not after.strip()


def is_alone(module: Module, statement: ast.stmt) -> bool:
    """True for the only statement of its block: removing it would leave none."""
    above = module.parent(statement)
    blocks = [getattr(above, name, []) for name in ("body", "orelse", "finalbody")]
    return any(block == [statement] for block in blocks)


def removal(path: str, module: Module, call: ast.AST) -> tuple[Edit, ...]:
    """Edits that take away a call which is a statement of its own; `pass` where the block or line needs one."""
    statement = module.parent(call)
    if not isinstance(call, ast.Call) or not isinstance(statement, ast.Expr):
        return ()
    if is_alone(module, statement) or not own_line(module, statement):
        return (module.replace(path, statement, "pass"),)
    end = (statement.end_lineno or statement.lineno) + 1
    return (Edit(path=path, start_line=statement.lineno, start_column=0, end_line=end, end_column=0, replacement=""),)
