"""The decorators that the server and inference-schema know, with their arguments."""

import ast
from dataclasses import dataclass

from checks.entry_script.contract import RAW, SCHEMA, bound_by, last_name
from checks.entry_script.module import Function, Module

_ARGUMENTS = {
    "input_schema": ("param_name", "param_type", "convert_to_provided_type", "optional"),
    "output_schema": ("output_type",),
}


@dataclass(frozen=True, eq=False)
class Decoration:
    """One decorator. `parameter` is the name that an input schema describes, None where the text does not tell it."""

    kind: str  # "input_schema", "output_schema", "rawhttp"
    node: ast.expr
    function: Function
    arguments: dict[str, ast.expr]
    too_many: bool = False
    unclear: bool = False  # `*args` or `**kwargs` in the call

    @property
    def called(self) -> bool:
        """True when the decorator is written with brackets."""
        return isinstance(self.node, ast.Call)

    parameter: str | None = None

    @property
    def type(self) -> ast.expr | None:
        """The expression of the parameter type."""
        return self.arguments.get("param_type") or self.arguments.get("output_type")

    @property
    def converts(self) -> bool:
        """True when the input is converted to the sample's type."""
        convert = self.arguments.get("convert_to_provided_type")
        return convert is None or not (isinstance(convert, ast.Constant) and convert.value is False)


def decorations(module: Module, function: Function) -> list[Decoration]:
    """The known decorators of a function, the outermost first."""
    return [
        _decoration(module, function, node, kind)
        for node in function.decorator_list
        if (kind := last_name(module, node)) in SCHEMA | {RAW} and not _own(module, kind)
    ]


def _own(module: Module, kind: str) -> bool:
    """True when the script itself defines something of that name."""
    return kind in module.functions


def _decoration(module: Module, function: Function, node: ast.expr, kind: str) -> Decoration:
    if not isinstance(node, ast.Call) or kind == RAW:
        return Decoration(kind, node, function, {})
    names = _ARGUMENTS[kind]
    unclear = any(isinstance(arg, ast.Starred) for arg in node.args) or any(k.arg is None for k in node.keywords)
    arguments = dict(zip(names, node.args, strict=False)) | {k.arg: k.value for k in node.keywords if k.arg}
    return Decoration(
        kind,
        node,
        function,
        arguments,
        too_many=len(node.args) > len(names),
        unclear=unclear,
        parameter=text_of(module, arguments.get("param_name")),
    )


def assigned(module: Module, name: str) -> ast.expr | None:
    """The value that one plain statement at module level gives a name, when nothing else binds it."""
    value: ast.expr | None = None
    for node in module.top_level:
        if name not in bound_by(node):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        plain = isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(module.parent(node), ast.Module)
        if value is not None or not plain or not any(isinstance(t, ast.Name) and t.id == name for t in targets):
            return None
        assert isinstance(node, ast.Assign | ast.AnnAssign)
        value = node.value
    declared = any(name in node.names for node in module.all(ast.Global))
    return None if declared or name in module.functions or name in module.aliases else value


def resolved(module: Module, node: ast.expr | None, depth: int = 5) -> ast.expr | None:
    """The expression behind a name of the module, itself where it is no name; None where that cannot be told."""
    while isinstance(node, ast.Name) and depth:
        node, depth = assigned(module, node.id), depth - 1
    return node


def text_of(module: Module, node: ast.expr | None) -> str | None:
    """The text that an expression is, a module-level constant resolved."""
    value = resolved(module, node)
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
