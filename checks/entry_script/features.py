"""Which Python version a script needs: its syntax, and the names it imports from the standard library."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from checks.entry_script.contract import all_functions
from checks.entry_script.lexer import lex
from checks.entry_script.module import SCOPES, Function, Module

Version = tuple[int, int]

GENERIC = frozenset({"list", "dict", "tuple", "set", "frozenset", "type"})
PLAIN = GENERIC | {"int", "str", "float", "bool", "bytes", "complex", "bytearray", "object"}

# Modules and names of the standard library, with the version that brought them.
# Source: the "New in version" notes of https://docs.python.org/3/library/.
MODULES: dict[str, Version] = {
    "annotationlib": (3, 14),
    "compression": (3, 14),
    "dataclasses": (3, 7),
    "contextvars": (3, 7),
    "graphlib": (3, 9),
    "importlib.metadata": (3, 8),
    "importlib.resources": (3, 7),
    "tomllib": (3, 11),
    "zoneinfo": (3, 9),
}
NAMES: dict[str, Version] = {
    **dict.fromkeys(("typing.Final", "typing.Literal", "typing.Protocol", "typing.TypedDict"), (3, 8)),
    **dict.fromkeys(("functools.cached_property", "math.prod", "shlex.join", "statistics.fmean"), (3, 8)),
    **dict.fromkeys(("functools.cache", "typing.Annotated", "asyncio.to_thread", "math.lcm"), (3, 9)),
    **dict.fromkeys(("typing.ParamSpec", "typing.TypeAlias", "typing.TypeGuard", "typing.Concatenate"), (3, 10)),
    **dict.fromkeys(("itertools.pairwise", "types.NoneType", "types.UnionType", "contextlib.aclosing"), (3, 10)),
    **dict.fromkeys(("typing.Self", "typing.Never", "typing.Required", "typing.NotRequired", "typing.Unpack"), (3, 11)),
    **dict.fromkeys(
        ("typing.LiteralString", "typing.assert_never", "typing.assert_type", "typing.reveal_type"), (3, 11)
    ),
    **dict.fromkeys(("enum.StrEnum", "datetime.UTC", "contextlib.chdir", "asyncio.TaskGroup"), (3, 11)),
    **dict.fromkeys(
        ("typing.override", "typing.TypeAliasType", "itertools.batched", "collections.abc.Buffer"), (3, 12)
    ),
    **dict.fromkeys(("warnings.deprecated", "typing.TypeIs", "typing.ReadOnly", "typing.NoDefault"), (3, 13)),
}


@dataclass(frozen=True)
class Feature:
    """Something that came with a Python version. `raised` is what an older one raises when it meets it."""

    since: Version
    name: str
    line: int
    raised: str = "SyntaxError"


def features(module: Module) -> list[Feature]:
    """All that needs Python 3.7 or newer, in the order of the lines."""
    found = [*_nodes(module), *_annotations(module), *_imports(module), *_texts(module)]
    return sorted(found, key=lambda feature: feature.line)


def _nodes(module: Module) -> Iterator[Feature]:
    yield from (Feature((3, 8), "the walrus operator `:=`", n.lineno) for n in module.all(ast.NamedExpr))
    callables: list[Function | ast.Lambda] = [*all_functions(module), *module.all(ast.Lambda)]
    for function in callables:
        if function.args.posonlyargs:
            yield Feature((3, 8), "a positional-only parameter `/`", function.lineno)
    yield from (Feature((3, 10), "`match`", n.lineno) for n in module.all(ast.Match))
    yield from (Feature((3, 11), "`except*`", n.handlers[0].lineno) for n in module.all(ast.TryStar))
    blocks: list[ast.With | ast.AsyncWith] = [*module.all(ast.With), *module.all(ast.AsyncWith)]
    for block in blocks:
        if _bracketed(module, block):
            yield Feature((3, 9), "`with` in parentheses", block.lineno)
    for node in _definitions(module):
        for decorator in node.decorator_list:
            if not _plain_decorator(decorator):
                yield Feature((3, 9), "a decorator that is an expression", decorator.lineno)
    yield from _after_311(module)


def _definitions(module: Module) -> list[Function | ast.ClassDef]:
    return [*all_functions(module), *module.all(ast.ClassDef)]


def _after_311(module: Module) -> Iterator[Feature]:
    """Nodes that the syntax trees of older Pythons do not know."""
    for name, since, what in (
        ("TypeAlias", (3, 12), "a `type` statement"),
        ("TemplateStr", (3, 14), "a template string"),
    ):
        kind = getattr(ast, name, None)
        if kind:
            yield from (Feature(since, what, n.lineno) for n in module.all(kind))
    for node in _definitions(module):
        if getattr(node, "type_params", None):
            yield Feature((3, 12), "type parameters in brackets", node.lineno)
    if sys.version_info >= (3, 12):
        for text in module.all(ast.JoinedStr):
            if _nested(module, text):
                yield Feature((3, 12), "an f-string that holds its own quotes", text.lineno)


def _nested(module: Module, text: ast.JoinedStr) -> bool:
    source = ast.get_source_segment(module.text, text) or ""
    quote = re.match(r"[a-zA-Z]*(\"\"\"|'''|\"|')", source)
    for field in text.values:
        if quote and isinstance(field, ast.FormattedValue):
            inside = ast.get_source_segment(module.text, field.value) or ""
            if quote[1] in inside or "\\" in inside or (len(quote[1]) == 1 and "\n" in inside):
                return True
    return False


def _bracketed(module: Module, node: ast.With | ast.AsyncWith) -> bool:
    head = "".join(module.lines[node.lineno - 1 : node.body[0].lineno])
    opens = re.match(r"[ \t]*(?:async[ \t]+)?with[ \t]*\(", head)
    if not opens:
        return False
    closing = next((close for opening, close in lex(head).pairs if opening == opens.end() - 1), -1)
    several = len(node.items) > 1 or node.items[0].optional_vars is not None
    return several and bool(re.match(r"[ \t]*:", head[closing + 1 :]))


def _plain_decorator(node: ast.expr) -> bool:
    node = node.func if isinstance(node, ast.Call) else node
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _annotations(module: Module) -> Iterator[Feature]:
    """`list[int]`, `int | None`, `{} | {}` where Python evaluates them: not in annotations that stay texts."""
    unread = _unread_annotations(module)
    for node in module.all(ast.Subscript):
        if node in unread or not isinstance(node.ctx, ast.Load):
            continue
        name = module.dotted(node.value) or ""
        own = name in GENERIC and name not in module.top_names
        if own or (name.startswith("collections.abc.") and not isinstance(node.value, ast.Attribute)):
            shown = ast.unparse(node)
            yield Feature((3, 9), f"`{shown if len(shown) <= 30 else name}`", node.lineno, "TypeError")
    for binary in module.all(ast.BinOp):
        if binary in unread or not isinstance(binary.op, ast.BitOr):
            continue
        sides = (binary.left, binary.right)
        if any(isinstance(side, ast.Dict | ast.DictComp) for side in sides):
            yield Feature((3, 9), "`|` between dictionaries", binary.lineno, "TypeError")
        elif all(_is_type(module, side) for side in sides):
            yield Feature((3, 10), f"`{ast.unparse(binary)}`", binary.lineno, "TypeError")


def _is_type(module: Module, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None
    if isinstance(node, ast.Subscript):
        return _is_type(module, node.value)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitOr) and _is_type(module, node.left) and _is_type(module, node.right)
    return isinstance(node, ast.Name) and node.id in PLAIN and node.id not in module.top_names


def _unread_annotations(module: Module) -> set[ast.AST]:
    """Every node of an annotation that Python does not evaluate."""
    lazy = any(
        named.module == "__future__" and any(alias.name == "annotations" for alias in named.names)
        for named in module.all(ast.ImportFrom)
    )
    roots: list[ast.AST] = []
    for annotated in module.all(ast.AnnAssign):
        inside = next((s for s in module.parents(annotated) if isinstance(s, SCOPES)), None)
        if lazy or isinstance(inside, ast.FunctionDef | ast.AsyncFunctionDef):
            roots.append(annotated.annotation)
    if lazy:
        roots += [arg.annotation for arg in module.all(ast.arg) if arg.annotation]
        roots += [function.returns for function in all_functions(module) if function.returns]
    for guard in module.all(ast.If):
        if (module.dotted(guard.test) or "").endswith("TYPE_CHECKING"):
            roots += guard.body
    return {node for root in roots for node in ast.walk(root)}


def _imports(module: Module) -> Iterator[Feature]:
    """Imports from the standard library that no `try` guards."""
    for plain in module.all(ast.Import):
        if not _guarded(module, plain):
            for alias in plain.names:
                if since := MODULES.get(alias.name):
                    yield Feature(since, f"the module `{alias.name}`", plain.lineno, "ModuleNotFoundError")
    for named in module.all(ast.ImportFrom):
        if _guarded(module, named) or named.level:
            continue
        if since := MODULES.get(named.module or ""):
            yield Feature(since, f"the module `{named.module}`", named.lineno, "ModuleNotFoundError")
            continue
        for alias in named.names:
            if since := NAMES.get(f"{named.module}.{alias.name}"):
                yield Feature(since, f"`{named.module}.{alias.name}`", named.lineno, "ImportError")


def _guarded(module: Module, node: ast.AST) -> bool:
    return any(isinstance(above, ast.Try | ast.If) for above in module.parents(node))


_EQUALS = re.compile(r"\{[^{}=!<>:\"']*[^{}=!<>:\"'\s][ ]*=[ ]*(?:![rsa])?(?::[^{}]*)?\}")


def _texts(module: Module) -> Iterator[Feature]:
    """`f"{x=}"`, which the tree does not tell from `f"x={x}"`."""
    if "=}" not in module.text and "=!" not in module.text and "=:" not in module.text:
        return
    lexed = lex(module.text)
    for literal in lexed.strings:
        source = module.text[literal.start : literal.end]
        if "f" in literal.prefix.lower() and _EQUALS.search(source.replace("{{", "").replace("}}", "")):
            line = module.text.count("\n", 0, literal.start) + 1
            yield Feature((3, 8), '`f"{x=}"`', line)
