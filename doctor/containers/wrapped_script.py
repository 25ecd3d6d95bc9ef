"""The person's own script behind a `main.py` that only wraps it.

Images of the first generation hold a generated `main.py` which loads the person's script as its attribute
`driver_module`; the server looks for that attribute. Source: azureml-inference-server-http 1.5.1,
`server/user_script.py`; images of 2018 to 2021, `aml_blueprint.py`.
"""

import ast
from collections.abc import Iterator

ATTRIBUTE = "driver_module"


def wrapped(text: str) -> tuple[str, ...]:
    """File names (relative, or absolute paths) that the script may load as its driver; empty when it wraps nothing."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    if not any(ATTRIBUTE in _bound(node) for node in ast.walk(tree)):
        return _only_passed_on(tree)
    return tuple(dict.fromkeys(_loaded(tree)))


def _bound(node: ast.AST) -> set[str]:
    """Names that a statement gives a value to."""
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    return set()


def _loaded(tree: ast.Module) -> Iterator[str]:
    assigned = {name: node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) for name in _bound(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (_file(alias.name) for alias in node.names if alias.asname == ATTRIBUTE)
        elif isinstance(node, ast.ImportFrom) and node.module and ATTRIBUTE in _bound(node):
            named = next(alias.name for alias in node.names if (alias.asname or alias.name) == ATTRIBUTE)
            yield _file(f"{node.module}.{named}")
        elif isinstance(node, ast.Call) and _name(node.func) in {"spec_from_file_location", "SourceFileLoader"}:
            values = [
                *node.args[1:2],
                *(keyword.value for keyword in node.keywords if keyword.arg in {"location", "path"}),
            ]
            for value in values:
                if isinstance(value, ast.Name) and value.id in assigned:
                    value = assigned[value.id]  # noqa: PLW2901
                yield from (text for text in _texts(value) if text.endswith(".py"))
        elif isinstance(node, ast.Call) and _name(node.func) in {"import_module", "__import__"} and node.args:
            yield from (_file(text) for text in _texts(node.args[0]) if text.replace(".", "").isidentifier())


def _only_passed_on(tree: ast.Module) -> tuple[str, ...]:
    """`from score import init, run`, where the script defines neither itself."""
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    if defined & {"init", "run"}:
        return ()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and {"init", "run"} <= _bound(node):
            return (_file(node.module),)
    return ()


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _texts(value: ast.AST) -> list[str]:
    return [node.value for node in ast.walk(value) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _file(module: str) -> str:
    return module.replace(".", "/") + ".py"
