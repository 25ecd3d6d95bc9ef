"""Where the object at which an exception was raised comes from: the request body, a global of the script, or a file."""

import ast
from collections.abc import Iterable, Iterator

from checks.entry_script.module import SCOPES, Function, Module
from checks.entry_script.scopes import owner, scopes
from checks.evidence import Frame, Phase
from checks.runtime.failures import Failure

BODY = "body"
UNKNOWN = "unknown"
GLOBAL = "global:"
FILE = "file:"
_SHAPERS = frozenset({"transform", "fit_transform", "inverse_transform", "encode", "tokenize", "validate", "dot"})
_LOOKUPS = frozenset({"get", "pop", "setdefault"})
_NO_VALUE = (ast.Compare, ast.Constant, ast.Lambda)
_DEEPEST = 4

Sources = frozenset[str]
Env = dict[str, Sources]


def origins_of(failure: Failure) -> "Origins | None":
    """What flows into the failing statement of the entry script; None where its text is not known."""
    frames = [frame for frame in failure.error.frames if failure.in_script(frame)]
    return Origins(failure.module, frames, failure.phase) if failure.module and frames else None


class Origins:
    """Follows values along the calls of a traceback, from the parameter of run() to the failing line."""

    def __init__(self, module: Module, frames: Iterable[Frame], phase: Phase) -> None:
        self.module = module
        self.env: Env = {}
        self.function: Function | None = None
        before: Frame | None = None
        for frame in frames:
            self._enter(frame, before, phase)
            before = frame

    def of(self, node: ast.expr) -> Sources:
        """Where the value of an expression on the failing line comes from."""
        return self._of(node, self.env, 0)

    def _enter(self, frame: Frame, before: Frame | None, phase: Phase) -> None:
        if frame.function == "<module>":
            for node in self.module.top_level:
                if not isinstance(node, SCOPES):
                    for target, value in _bindings(node):
                        self.env |= self._pairs(target, value, self.env, 0)
            return
        if frame.function.startswith("<"):  # a comprehension or a lambda sees the names of its function
            return
        function = self._function_at(frame)
        if function is None:
            self.env, self.function = {}, None
            return
        given: Env = {}
        if before is None:
            start = BODY if phase is Phase.RUN and function is self.module.run else UNKNOWN
            given = {one.arg: frozenset({start}) for one in _parameters(function)}
        else:
            calls = [call for call in self.module.all(ast.Call) if call.lineno <= before.line <= (call.end_lineno or 0)]
            named = [call for call in calls if _short(call) == function.name]
            given = {one.arg: frozenset({UNKNOWN}) for one in _parameters(function)}
            given |= self._bound(function, named[-1], self.env, 0) if named else {}
        self.function = function
        self.env = self._locals(function, given, frame.line, 0)

    def _function_at(self, frame: Frame) -> Function | None:
        every: list[Function] = [*self.module.all(ast.FunctionDef), *self.module.all(ast.AsyncFunctionDef)]
        around = [one for one in every if one.lineno <= frame.line <= (one.end_lineno or 0)]
        return next((one for one in reversed(around) if one.name == frame.function), None)

    def _bound(self, function: Function, call: ast.Call, env: Env, depth: int) -> Env:
        names = [one.arg for one in _parameters(function)]
        given: Env = {}
        if names[:1] == ["self"] and isinstance(call.func, ast.Attribute):
            given["self"] = self._of(call.func.value, env, depth)
            names = names[1:]
        given |= {name: self._of(value, env, depth) for name, value in zip(names, call.args, strict=False)}
        return given | {one.arg: self._of(one.value, env, depth) for one in call.keywords if one.arg}

    def _locals(self, function: Function, given: Env, until: int, depth: int) -> Env:
        """Everything that each local name may hold at a line: no branch is ruled out."""
        env = dict(given)
        declared = scopes(self.module).declared_global[function]
        for _ in range(2):  # a second time for what a loop carries on
            for target, value in _bindings(function):
                if target.lineno <= until:
                    for name, sources in self._pairs(target, value, env, depth):
                        if name not in declared:
                            env[name] = env.get(name, frozenset()) | sources
        return env

    def _pairs(self, target: ast.expr, value: ast.expr, env: Env, depth: int) -> Iterator[tuple[str, Sources]]:
        if isinstance(target, ast.Tuple | ast.List):
            parts: list[ast.expr] = []
            if isinstance(value, ast.Tuple | ast.List) or (isinstance(value, ast.Call) and _short(value) == "zip"):
                parts = value.args if isinstance(value, ast.Call) else value.elts
            elif isinstance(value, ast.Call) and _short(value) == "enumerate" and len(target.elts) == 2 and value.args:
                parts = [ast.Constant(0), value.args[0]]
            same = len(parts) == len(target.elts)
            for place, one in enumerate(target.elts):
                yield from self._pairs(one, parts[place] if same else value, env, depth)
        elif isinstance(target, ast.Starred):
            yield from self._pairs(target.value, value, env, depth)
        elif isinstance(target, ast.Name):
            yield target.id, self._of(value, env, depth)

    def _of(self, node: ast.expr, env: Env, depth: int) -> Sources:
        if isinstance(node, ast.Name):
            return env[node.id] if node.id in env else self._global(node.id)
        if isinstance(node, _NO_VALUE) or depth > _DEEPEST:
            return frozenset()
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Await | ast.NamedExpr):
            return self._of(node.value, env, depth)
        if isinstance(node, ast.Call):
            return self._call(node, env, depth)
        if isinstance(node, ast.IfExp):
            return self._of(node.body, env, depth) | self._of(node.orelse, env, depth)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return self._of(node.elt, env, depth)
        inside = (one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr))
        return frozenset().union(*(self._of(one, env, depth) for one in inside))

    def _call(self, node: ast.Call, env: Env, depth: int) -> Sources:
        values = [*node.args, *(one.value for one in node.keywords)]
        short = _short(node)
        own = self.module.functions.get(short) if isinstance(node.func, ast.Name) else None
        if own is not None:
            inner = self._locals(own, self._bound(own, node, env, depth), 1 << 30, depth + 1)
            returned = [one.value for one in ast.walk(own) if isinstance(one, ast.Return) and one.value is not None]
            return frozenset().union(*(self._of(one, inner, depth + 1) for one in returned))
        if short in _LOOKUPS and isinstance(node.func, ast.Attribute) and values:  # the key is no part of what is found
            default = frozenset().union(*(self._of(one, env, depth) for one in values[1:]))
            return self._of(node.func.value, env, depth) | default
        given = frozenset().union(*(self._of(one, env, depth) for one in node.args))
        if BODY not in given or not node.args:  # `columns=` shapes what is given, it is no part of it
            given |= frozenset().union(*(self._of(one.value, env, depth) for one in node.keywords))
        if short in ("read_text", "read_bytes") or (short == "open" and isinstance(node.func, ast.Name)):
            return frozenset({f"{FILE}{node.lineno}"})  # also where the body names it
        if short == "open" or short.startswith("read_"):
            return frozenset({BODY}) if BODY in given else frozenset({f"{FILE}{node.lineno}"})
        if not isinstance(node.func, ast.Attribute) or (short in _SHAPERS and given):
            return given
        return given | self._of(node.func.value, env, depth)

    def _global(self, name: str) -> Sources:
        stores = scopes(self.module).bound[None].get(name, [])
        kept = [one for one in stores if isinstance(one, ast.Name)]
        if not kept:
            return frozenset()
        fed = {BODY for one in kept if (at := owner(self.module, one)) is not None and at is self.module.run}
        return frozenset({f"{GLOBAL}{name}", *fed})


def _bindings(function: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield target, node.value
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
            yield node.target, node.value
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            yield node.target, node.iter
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield node.optional_vars, node.context_expr


def _parameters(function: Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _short(call: ast.Call) -> str:
    func = call.func
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""
