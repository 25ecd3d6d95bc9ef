"""Which expressions of the failing line an exception speaks of, and where what they hold comes from."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.evidence import Frame
from checks.runtime.failures import Failure
from checks.runtime.globals_held import held
from checks.runtime.origins import BODY, FILE, GLOBAL, UNKNOWN, Sources, origins_of

_ATTRIBUTE = re.compile(r"object has no attribute '(\w+)'")
_ABSENT = ("KeyError", "IndexError")
_BY_WORDS = (
    ("subscript", r"is not subscriptable|indices must be|item (?:assignment|deletion)|index out of range"),
    ("iterate", r"is not iterable|non-iterable|to unpack|support iteration|not (?:iterable|a container or iterable)$"),
    ("call", r"object is not callable"),
    ("with", r"context manager protocol|has no attribute '__a?e(?:nter|xit)__'"),
    ("operate", r"unsupported operand|not supported between|bad operand type"),
    ("argument", r"has no len\(\)|argument must be|could not convert|invalid literal|must be real number"),
    ("argument", r"interpreted as an integer|Invalid isoformat|must be str, bytes or bytearray"),
)


@dataclass(frozen=True)
class Fault:
    """An expression that an exception may speak of, and its sources."""

    node: ast.expr
    sources: Sources

    @property
    def text(self) -> str:
        """The expression as it is written."""
        return ast.unparse(self.node)

    @property
    def from_body(self) -> bool:
        """True when the body, or what nobody can tell, may be in it."""
        return bool(self.sources & {BODY, UNKNOWN}) or not self.sources

    @property
    def globals(self) -> tuple[str, ...]:
        """Globals of the script that it comes from."""
        return tuple(sorted(one.removeprefix(GLOBAL) for one in self.sources if one.startswith(GLOBAL)))

    @property
    def file_lines(self) -> tuple[int, ...]:
        """Lines of the script that open the files that it comes from."""
        return tuple(sorted(int(one.removeprefix(FILE)) for one in self.sources if one.startswith(FILE)))


def faults(failure: Failure) -> tuple[Fault, ...]:
    """The expressions of the failing line that the exception can mean; none where that cannot be told."""
    statement, own = failure.statement, failure.own
    if own is not None and not failure.in_script(own):
        return _elsewhere(failure, own)
    origins = origins_of(failure)
    if origins is None or statement is None or own is None or failure.module is None:
        return ()
    above = failure.module.parent(statement)
    while isinstance(above, ast.stmt) and above.lineno == own.line:  # `with lock: return 1`
        statement, above = above, failure.module.parent(above)
    kind = _kind(failure)
    exact = _exact(failure, statement)
    nodes = [exact] if exact is not None else list(_head(statement))
    found = [one for node in nodes for one in _operands(node, kind, failure)]
    if not found and exact is not None and isinstance(exact, ast.expr) and kind == "iterate":
        found = [exact]  # the iterable of a loop
    if not found and exact is not None and failure.innermost is own:
        found = [one for node in _head(statement) for one in _operands(node, kind, failure)]
    told = tuple(Fault(one, origins.of(one)) for one in dict.fromkeys(found))
    return tuple(one for one in told if not _is_other(one.node, failure))


def _elsewhere(failure: Failure, own: Frame) -> tuple[Fault, ...]:
    """The same of a line of another file of the person's: its globals are known as the rehearsal met them."""
    try:
        line = ast.parse(f"{own.code} pass" if own.code.endswith(":") else own.code.removeprefix("return "))
    except (SyntaxError, ValueError):
        return ()
    nodes = [node for statement in line.body for node in _head(statement)]
    found = dict.fromkeys(one for node in nodes for one in _operands(node, _kind(failure), failure))
    told = tuple(Fault(one, frozenset({_root(one, failure)})) for one in found)
    return tuple(one for one in told if not _is_other(one.node, failure))


def _root(node: ast.expr, failure: Failure) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return f"{GLOBAL}{node.id}" if isinstance(node, ast.Name) and held(failure, node.id) else UNKNOWN


def only_globals(failure: Failure) -> Fault | None:
    """What the exception speaks of, when it can be nothing but what globals of the script hold."""
    told = faults(failure)
    return told[0] if told and all(one.globals and not one.from_body and not one.file_lines for one in told) else None


def _is_other(node: ast.expr, failure: Failure) -> bool:
    """True for a global that the rehearsal saw hold something, where the exception speaks of None."""
    said = held(failure, node.id) if isinstance(node, ast.Name) else None
    return said is not None and said != "NoneType" and "NoneType" in failure.message


def _kind(failure: Failure) -> str:
    if failure.kind in _ABSENT:
        return "subscript"
    message = failure.message
    if (kind := next((kind for kind, words in _BY_WORDS if re.search(words, message)), None)) is not None:
        return kind
    return "attribute" if _ATTRIBUTE.search(message) else ""


def _exact(failure: Failure, statement: ast.stmt) -> ast.AST | None:
    said = re.fullmatch(r"(\d+):(\d+)-(\d+):(\d+)", str(failure.error.detail.get("expression") or ""))
    if said is None:
        return None
    place = tuple(int(one) for one in said.groups())
    same = [node for node in ast.walk(statement) if _place(node) == place]
    return same[0] if same else None


def _place(node: ast.AST) -> tuple[int | None, ...]:
    return tuple(getattr(node, name, None) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"))


def _head(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement, without the blocks below its head."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        yield node
        pending += [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.stmt | ast.ExceptHandler)]


def _operands(node: ast.AST, kind: str, failure: Failure) -> Iterator[ast.expr]:
    if kind == "subscript":
        yield from _subscripted(node, failure)
    elif kind == "iterate":
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            yield node.iter
        elif isinstance(node, ast.Call):
            yield from node.args
        elif isinstance(node, ast.Starred) or _unpacks(node):
            assert isinstance(node, ast.Starred | ast.Assign)
            yield node.value
        elif isinstance(node, ast.Compare):
            yield from node.comparators
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            yield from (one.iter for one in node.generators)
    elif kind == "call" and isinstance(node, ast.Call):
        yield node.func
    elif kind == "with" and isinstance(node, ast.With | ast.AsyncWith):
        yield from (one.context_expr for one in node.items)
    elif kind == "with" and isinstance(node, ast.expr) and failure.error.detail.get("expression"):
        yield node
    elif kind == "operate":
        if isinstance(node, ast.BinOp):
            yield from (node.left, node.right)
        elif isinstance(node, ast.AugAssign):
            yield from (node.target, node.value)
        elif isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.UnaryOp):
            yield node.operand
    if kind in ("argument", "operate") and isinstance(node, ast.Call):
        yield from (one for one in node.args if not isinstance(one, ast.Constant))
    if kind == "attribute" and isinstance(node, ast.Attribute):
        said = _ATTRIBUTE.search(failure.message)
        if said and node.attr == said[1]:
            yield node.value


def _unpacks(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(one, ast.Tuple | ast.List) for one in node.targets)


def _subscripted(node: ast.AST, failure: Failure) -> Iterator[ast.expr]:
    if isinstance(node, ast.Subscript):
        index = node.slice
        key = (repr(index.value), str(index.value)) if isinstance(index, ast.Constant) else ()
        if failure.kind != "KeyError" or not key or failure.message in key:
            yield node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and failure.kind in _ABSENT:
        yield from (node.func.value,) if node.func.attr in ("pop", "remove") else ()
