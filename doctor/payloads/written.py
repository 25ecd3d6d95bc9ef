"""A body written from what the code of run() reads, where neither a sample nor a schema gives one."""

import ast
import base64
from typing import Any

from checks.contract.wanted import Key, wanted
from checks.evidence import Evidence, Script

_ROWS = [[1.0, 2.0]]
_TEXT = "some text"


def body_of(evidence: Evidence) -> tuple[Any, str] | None:
    """The value, and whose words it follows; None where the code does not tell what it reads."""
    takes = wanted(evidence)
    if takes is None or takes.json is False or takes.opens or takes.by == "nobody":
        return None
    if takes.keys:
        keys = takes.required or takes.keys
        return {key.name: _value(key) for key in keys}, ", ".join(f"`{key.name}`" for key in keys[:4])
    return (_ROWS, "a list") if takes.form == "list" else None


def as_text(evidence: Evidence) -> Evidence:
    """The evidence with a raw run() that reads JSON as one that gets its text: what it reads of that is the same."""
    takes = wanted(evidence)
    if takes is None or takes.by != "raw" or not takes.json or not isinstance(evidence.script, Script):
        return evidence
    tree = ast.parse(evidence.script.text)
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef) and one.name == "run" and one.args.args:
            one.decorator_list = []
            _Text(one.args.args[0].arg).visit(one)
    tree.body.insert(0, ast.Import(names=[ast.alias(name="json")]))
    script = Script(path=evidence.script.path, text=ast.unparse(ast.fix_missing_locations(tree)))
    return Evidence(target=evidence.target, script=script)


class _Text(ast.NodeTransformer):
    """Makes of the ways to read a request's body the parameter itself, or what json.loads makes of it."""

    def __init__(self, request: str) -> None:
        self._request = request

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`request.data`, `request.json`."""
        return self._read(node.value, node.attr, {"data": "{}", "json": "json.loads({})"}) or (self.generic_visit(node))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`request.get_data()`, `request.get_json()`."""
        if isinstance(node.func, ast.Attribute):
            ways = {"get_data": "{}", "get_json": "json.loads({})"}
            if (read := self._read(node.func.value, node.func.attr, ways)) is not None:
                return read
        return self.generic_visit(node)

    def _read(self, value: ast.expr, name: str, ways: dict[str, str]) -> ast.expr | None:
        is_request = isinstance(value, ast.Name) and value.id == self._request
        return ast.parse(ways[name].format(self._request), mode="eval").body if is_request and name in ways else None


def _value(key: Key) -> Any:
    """The smallest value of the shape that is read."""
    if key.shape in ("table", "records") and key.columns:
        return [dict.fromkeys(key.columns, 1.0)]
    shapes: dict[str | None, Any] = {
        "records": [{"column": 1.0}],
        "split": {
            "columns": list(key.columns) or ["column"],
            "index": [0],
            "data": [[1.0] * max(1, len(key.columns))],
        },
        "list": [1.0],
        "object": dict.fromkeys(key.inner, 1.0),
        "text": _TEXT,
        "number": 1.0,
        "base64": base64.b64encode(_TEXT.encode()).decode(),
    }
    return shapes.get(key.shape, _ROWS)
