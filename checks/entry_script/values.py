"""What kind of value an expression has, as far as the text tells: arrays, data frames, sets, responses.

A small forward interpretation of the functions that run() enters. It knows no more than it can prove or strongly
suspect (`sure`): an unknown value is the empty set, and nothing follows from it.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from checks.entry_script.calls import call_name, text_of
from checks.entry_script.module import Function, Module
from checks.entry_script.scopes import scopes
from checks.entry_script.value_tables import (
    ANSWERS,
    ARITHMETIC,
    COMPARES,
    CONSTANTS,
    ELEMENTS,
    KEEPS,
    PLAIN,
    TENSOR_PACKAGES,
    Kind,
    attribute_kind,
    call_kind,
    instance_kind,
    is_guess,
    method_kind,
)

BUDGET = 400  # functions entered per script: recursion and fan-out end here
STEPS = 40_000  # expressions looked at per script: a long script ends in "not known", never in a long wait


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that an expression may be.

    `origin` is the expression that made it; `place` the element of a list or dict literal by which it went inside
    another value, None while it is the value itself.
    """

    kind: Kind
    sure: bool
    origin: ast.expr
    place: ast.expr | None = None


Values = frozenset[Value]
NOTHING: Values = frozenset()
Env = dict[str, Values]


@dataclass(frozen=True, slots=True)
class Returned:
    """One return statement of run() and what it may return."""

    at: ast.Return
    values: Values


@dataclass(frozen=True, slots=True)
class Dumped:
    """One json.dumps() without a `default` and what it may be given."""

    at: ast.Call
    values: Values


@dataclass(frozen=True, slots=True)
class Touched:
    """An attribute taken from a value of known kind."""

    at: ast.Attribute
    value: Value


@dataclass(frozen=True)
class Flow:
    """All that the interpretation of a script found."""

    returned: tuple[Returned, ...]
    dumped: tuple[Dumped, ...]
    touched: tuple[Touched, ...]


class _Ended(Enum):
    ENDED = "this path of the function ends here"


ENDED = _Ended.ENDED
After = Env | _Ended


class _Interpreter:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.globals: Env = {}
        self.attributes: Env = {}
        self.dumped: dict[ast.Call, Values] = {}
        self.touched: dict[tuple[ast.Attribute, Kind], Touched] = {}
        self.active: list[Function] = []
        self.budget = BUDGET
        self.steps = STEPS
        self.returns: list[list[Returned]] = []
        self.loops: list[list[Env]] = []
        self.local: list[dict[str, Function]] = []
        self.methods: dict[str, Function] = {}
        for defined in module.all(ast.FunctionDef):
            if isinstance(module.parent(defined), ast.ClassDef):
                self.methods.setdefault(defined.name, defined)

    # functions

    def start(self) -> Flow:
        module = self.module
        if module.tree is None:
            return Flow((), (), ())
        self.globals = {}
        after = self.block(module.tree.body, self.globals)
        if isinstance(after, dict):
            self.globals = after
        if isinstance(module.init, ast.FunctionDef):
            self.enter(module.init, {})
        returned: list[Returned] = []
        if isinstance(module.run, ast.FunctionDef):
            self.enter(module.run, {})
            returned = self.last_returns
        return Flow(
            tuple(returned),
            tuple(Dumped(call, values) for call, values in self.dumped.items()),
            tuple(self.touched.values()),
        )

    def enter(self, function: Function, given: Env) -> Values:
        """The values that a function may return when called with `given`."""
        if function in self.active or self.budget <= 0 or len(self.active) > 12:
            return NOTHING
        self.budget -= 1
        self.active.append(function)
        self.returns.append([])
        self.local.append({})
        loops, self.loops = self.loops, []
        self.block(function.body, dict(given))
        self.loops = loops
        self.local.pop()
        self.active.pop()
        self.last_returns = self.returns.pop()
        return frozenset(v for one in self.last_returns for v in one.values)

    def call_own(self, function: Function, call: ast.Call, env: Env, skip: int = 0) -> Values:
        given: Env = {}
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)][skip:]
        for name, value in zip(names, call.args, strict=False):
            if isinstance(value, ast.Starred):
                break
            given[name] = self.value(value, env)
        for one in call.keywords:
            if one.arg:
                given[one.arg] = self.value(one.value, env)
        outer = self.last_returns if self.returns else []
        values = self.enter(function, given)
        self.last_returns = outer
        return NOTHING if isinstance(function, ast.AsyncFunctionDef) or _yields(function) else values

    last_returns: list[Returned] = []

    # statements

    def block(self, body: Iterable[ast.stmt], env: Env) -> After:
        after: After = env
        for statement in body:
            if after is ENDED:
                return ENDED
            assert isinstance(after, dict)
            after = self.statement(statement, after)
        return after

    def statement(self, node: ast.stmt, env: Env) -> After:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self.bind(target, value, env)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.bind(target, value, env)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                combined = ast.BinOp(left=ast.copy_location(ast.Name(name, ast.Load()), target), op=op, right=value)
                self.store(name, self.value(ast.copy_location(combined, node), env), env)
            case ast.Expr(value=value):
                self.value(value, env)
                if isinstance(value, ast.Call):
                    self.grow(value, env)
            case ast.Return():
                values = self.value(node.value, env) if node.value else NOTHING
                if self.returns and node.value:
                    self.returns[-1].append(Returned(node, _placed(values, node.value)))
                return ENDED
            case ast.Raise():
                return ENDED
            case ast.Break() | ast.Continue():
                if self.loops:
                    self.loops[-1].append(env)
                return ENDED
            case ast.If(test=test, body=body, orelse=orelse):
                self.value(test, env)
                narrowed = _tested(test)
                then = self.block(body, _without(env, narrowed))
                otherwise = self.block(orelse, _without(env, narrowed))
                return _merge(then, otherwise)
            case ast.For(target=target, iter=iterated, body=body, orelse=orelse):
                self.bind_values(target, _elements(self.value(iterated, env)), env)
                return self.loop(body, orelse, env)
            case ast.While(test=test, body=body, orelse=orelse):
                self.value(test, env)
                return self.loop(body, orelse, env)
            case ast.With(items=items, body=body):
                for item in items:
                    self.value(item.context_expr, env)
                    if item.optional_vars is not None:
                        self.bind_values(item.optional_vars, NOTHING, env)
                return self.block(body, env)
            case ast.Try():
                return self.attempt(node, env)
            case ast.Match(subject=subject, cases=cases):
                self.value(subject, env)
                after: After = env
                for case in cases:
                    after = _merge(after, self.block(case.body, dict(env)))
                return after
            case ast.FunctionDef() if self.local:
                self.local[-1][node.name] = node
            case ast.Delete(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        env.pop(target.id, None)
            case _:
                pass
        return env

    def loop(self, body: list[ast.stmt], orelse: list[ast.stmt], env: Env) -> After:
        self.loops.append([])
        after = _merge(dict(env), self.block(body, dict(env)))
        for left in self.loops.pop():
            after = _merge(after, left)
        return self.block(orelse, after) if isinstance(after, dict) else after

    def attempt(self, node: ast.Try, env: Env) -> After:
        before = dict(env)
        after = self.block(node.body, env)
        if isinstance(after, dict):
            after = self.block(node.orelse, after)
        partly = _merge(before, after if isinstance(after, dict) else dict(env))
        for handler in node.handlers:
            inside = dict(partly) if isinstance(partly, dict) else {}
            if handler.name:
                at = ast.copy_location(ast.Name(handler.name, ast.Load()), handler)
                inside[handler.name] = frozenset({Value(Kind.EXCEPTION, True, at)})
            after = _merge(after, self.block(handler.body, inside))
        if node.finalbody:
            last_env = dict(after) if isinstance(after, dict) else dict(before)
            ended = self.block(node.finalbody, last_env)
            return ENDED if after is ENDED else ended
        return after

    # binding

    def bind(self, target: ast.expr, value: ast.expr, env: Env) -> None:
        left = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
        right = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
        if left and len(left) == len(right):
            for one, other in zip(left, right, strict=True):
                self.bind(one, other, env)
            return
        values = self.value(value, env)
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self.put(target.value.id, _placed(values, value), env)
        else:
            self.bind_values(target, values, env)

    def bind_values(self, target: ast.expr, values: Values, env: Env) -> None:
        if isinstance(target, ast.Name):
            self.store(target.id, values, env)
        elif isinstance(target, ast.Starred):
            self.bind_values(target.value, NOTHING, env)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for one in target.elts:
                self.bind_values(one, _elements(values), env)
        elif isinstance(target, ast.Attribute):
            self.attributes[target.attr] = self.attributes.get(target.attr, NOTHING) | values
        elif isinstance(target, ast.Subscript) and (key := text_of(target.slice)):
            self.attributes[key] = self.attributes.get(key, NOTHING) | values

    def store(self, name: str, values: Values, env: Env) -> None:
        env[name] = values
        if self.active and name in scopes(self.module).declared_global[self.active[-1]]:
            self.globals[name] = self.globals.get(name, NOTHING) | values

    def put(self, name: str, values: Values, env: Env) -> None:
        """`name[...] = value`, `name.append(value)`: the value now stands inside `name`, if that is a list or dict."""
        inside = env.get(name, NOTHING)
        if any(v.kind in (Kind.DICT, Kind.LIST) and v.place is None for v in inside):
            env[name] = inside | values
        models = frozenset(v for v in values if v.kind.is_model)
        if models:
            self.attributes[name] = self.attributes.get(name, NOTHING) | frozenset(
                replace(v, place=None) for v in models
            )

    def grow(self, call: ast.Call, env: Env) -> None:
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.args:
            name, grown = call.func.value.id, call.args[-1]
            if call.func.attr in {"append", "insert", "setdefault"}:
                self.put(name, _placed(self.value(grown, env), grown), env)
            elif call.func.attr in {"extend", "update"}:
                self.put(name, frozenset(v for v in self.value(grown, env) if v.place), env)

    # expressions

    def value(self, node: ast.expr, env: Env) -> Values:
        """What an expression may be."""
        self.steps -= 1
        if self.steps < 0:
            return NOTHING
        match node:
            case ast.Constant(value=constant):
                kind = {str: Kind.TEXT, bytes: Kind.BYTES, complex: Kind.COMPLEX}.get(type(constant))
                return _one(kind, True, node)
            case ast.JoinedStr(values=parts):
                for part in parts:
                    if isinstance(part, ast.FormattedValue):
                        self.value(part.value, env)
                return _one(Kind.TEXT, True, node)
            case ast.Name(id=name):
                if name in env:
                    return env[name]
                full = self.module.aliases.get(name)
                if full and full in CONSTANTS:
                    return _one(CONSTANTS[full], True, node)
                return self.globals.get(name, NOTHING)
            case ast.Attribute():
                return self.attribute(node, env)
            case ast.Call():
                return self.call(node, env)
            case ast.Subscript():
                return self.subscript(node, env)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                kind = Kind.LIST if isinstance(node, ast.List) else Kind.TUPLE
                return _one(kind, True, node) | self.inside(elements, env)
            case ast.Dict(keys=keys, values=values):
                found = _one(Kind.DICT, True, node)
                for key, one in zip(keys, values, strict=True):
                    if key is None:
                        found |= frozenset(v for v in self.value(one, env) if v.place)
                    elif isinstance(key, ast.Tuple):
                        found |= frozenset({Value(Kind.TUPLE_KEY, True, key, key)})
                return found | self.inside([v for k, v in zip(keys, values, strict=True) if k is not None], env)
            case ast.Set():
                return _one(Kind.SET, True, node)
            case ast.SetComp() | ast.GeneratorExp() | ast.ListComp() | ast.DictComp():
                return self.comprehension(node, env)
            case ast.Lambda():
                return _one(Kind.FUNCTION, True, node)
            case ast.BinOp():
                return self.operation(node, env)
            case ast.UnaryOp(op=op, operand=operand):
                negated = self.value(operand, env)
                return NOTHING if isinstance(op, ast.Not) else _again(negated, ARITHMETIC, node)
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = self.value(left, env)
                for other in others:
                    sides |= self.value(other, env)
                if any(isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in ops):
                    return NOTHING
                return _again(sides, COMPARES, node)
            case ast.BoolOp(values=operands):
                return frozenset(v for operand in operands for v in self.value(operand, env))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.value(test, env)
                narrowed = _without(env, _tested(test))
                return _placed(self.value(body, narrowed), body, only_direct=False) | self.value(orelse, narrowed)
            case ast.NamedExpr(target=target, value=value):
                named = self.value(value, env)
                self.bind_values(target, named, env)
                return named
            case ast.Starred(value=value):
                return self.value(value, env)
            case _:
                return NOTHING

    def inside(self, elements: Iterable[ast.expr], env: Env) -> Values:
        """The values of elements, now inside a container; harmless ones are forgotten."""
        found = NOTHING
        for element in elements:
            values = self.value(element, env)
            if isinstance(element, ast.Starred):
                values = frozenset(v for v in values if v.place)
            found |= frozenset(v for v in _placed(values, element) if v.kind.matters_inside)
        return found

    def attribute(self, node: ast.Attribute, env: Env) -> Values:
        full = self.module.dotted(node)
        if full and full in CONSTANTS:
            return _one(CONSTANTS[full], True, node)
        return self.attribute_of(node, self.value(node.value, env))

    def attribute_of(self, node: ast.Attribute, base: Values) -> Values:
        """What an attribute gives, once its base is known."""
        if not base:
            return frozenset(v for v in self.attributes.get(node.attr, NOTHING) if v.kind.is_model)
        found = NOTHING
        for value in base:
            if value.place is None:
                self.touched.setdefault((node, value.kind), Touched(node, value))
                found |= _one(attribute_kind(value.kind, node.attr), value.sure, node)
        return found

    def subscript(self, node: ast.Subscript, env: Env) -> Values:
        base = self.value(node.value, env)
        if not base:
            key = text_of(node.slice)
            known = self.attributes.get(key, NOTHING) if key else NOTHING
            return frozenset(v for v in known if v.kind.is_model)
        sliced = isinstance(node.slice, ast.Slice) or (
            isinstance(node.slice, ast.Tuple) and any(isinstance(e, ast.Slice) for e in node.slice.elts)
        )
        found = NOTHING
        for value in base:
            if value.place is not None:
                continue
            if value.kind is Kind.FRAME:
                named = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
                many = sliced or isinstance(node.slice, ast.List)
                found |= _one(Kind.SERIES if named else Kind.FRAME if many else None, value.sure, node)
            elif sliced and value.kind in {Kind.ARRAY, Kind.SERIES, Kind.TENSOR, Kind.ARRAYS, Kind.BYTES, Kind.TEXT}:
                found |= _one(value.kind, value.sure, node)
            elif not isinstance(node.slice, ast.Tuple):
                found |= _elements(frozenset({value}), node)
        if isinstance(node.value, ast.Name):
            found |= frozenset(
                v for v in self.attributes.get(node.value.id, NOTHING) if v.kind.is_model and v.place is None
            )
        return found

    def comprehension(self, node: ast.SetComp | ast.GeneratorExp | ast.ListComp | ast.DictComp, env: Env) -> Values:
        inner = dict(env)
        for generator in node.generators:
            self.bind_values(generator.target, _elements(self.value(generator.iter, inner)), inner)
            for condition in generator.ifs:
                inner = _without(inner, _tested(condition))
        element = node.value if isinstance(node, ast.DictComp) else node.elt
        held = self.inside([element], inner)
        match node:
            case ast.SetComp():
                return _one(Kind.SET, True, node)
            case ast.GeneratorExp():
                return _one(Kind.GENERATOR, True, node)
            case ast.DictComp():
                return _one(Kind.DICT, True, node) | held
        return _one(Kind.LIST, True, node) | held

    def operation(self, node: ast.BinOp, env: Env) -> Values:
        left = self.value(node.left, env)
        sides = left | self.value(node.right, env)
        if any(v.kind is Kind.TEXT and v.place is None for v in left):
            return _one(Kind.TEXT, True, node)
        if isinstance(node.op, ast.Sub) and sum(v.kind is Kind.DATETIME for v in sides) == 1:
            return NOTHING if len(sides) > 1 else _again(sides, {Kind.DATETIME}, node)
        kept = frozenset(v for v in sides if v.place or v.kind in {Kind.LIST, Kind.DICT})
        return _again(sides, ARITHMETIC, node) | kept

    def call(self, node: ast.Call, env: Env) -> Values:
        own = self.own_function(node)
        if own is not None:
            function, skip = own
            return self.call_own(function, node, env, skip)
        arguments = [self.value(a, env) for a in node.args]
        for given in node.keywords:
            self.value(given.value, env)
        name = call_name(self.module, node)
        if isinstance(node.func, ast.Name) and node.func.id in env:
            name = ""
        if name == "json.dumps" and node.args and not any(k.arg in {"default", "cls", None} for k in node.keywords):
            self.dumped[node] = self.dumped.get(node, NOTHING) | _placed(arguments[0], node.args[0])
        if name in PLAIN:
            return NOTHING
        if (kind := call_kind(name, node)) is not None:
            sure = not is_guess(name, kind)
            held = arguments[0] if name in KEEPS and arguments else NOTHING
            return _one(kind, sure, node) | self.held(name, kind, held, node, env)
        if (kind := instance_kind(self.module, name)) is not None:
            return _one(kind, kind is not Kind.TORCH_MODEL, node)
        if isinstance(node.func, ast.Attribute):
            return self.method(node, node.func, env)
        return self.called_object(node, env)

    def held(self, name: str, kind: Kind, held: Values, node: ast.Call, env: Env) -> Values:
        """What list(), tuple(), sorted() and dict() take over from their argument."""
        if name == "dict":
            return self.inside([k.value for k in node.keywords], env) | frozenset(v for v in held if v.place)
        if kind is not Kind.LIST or not node.args:
            return NOTHING
        return frozenset(v for v in _placed(_elements(held, node.args[0]), node.args[0]) if v.kind.matters_inside) | (
            frozenset(v for v in held if v.place)
        )

    def own_function(self, node: ast.Call) -> tuple[Function, int] | None:
        """The function of the script that is called, and how many parameters the receiver fills."""
        if isinstance(node.func, ast.Name):
            for known in reversed(self.local):
                if node.func.id in known:
                    return known[node.func.id], 0
            function = self.module.functions.get(node.func.id)
            return (function, 0) if function and not function.decorator_list else None
        if isinstance(node.func, ast.Attribute) and node.func.attr in self.methods:
            base = node.func.value
            if isinstance(base, ast.Name) and base.id not in self.module.aliases:
                method = self.methods[node.func.attr]
                return None if method.decorator_list else (method, 1)
        return None

    def method(self, node: ast.Call, function: ast.Attribute, env: Env) -> Values:
        base = self.value(function.value, env)
        models = self.attribute_of(function, base)
        found = NOTHING
        for value in base:
            if value.place is None:
                kind = method_kind(value.kind, function.attr, node)
                sure = value.sure and not value.kind.is_model
                found |= _one(kind, sure, node)
        if not base:
            if function.attr == "numpy" and not node.args and self.module.imported_modules.keys() & TENSOR_PACKAGES:
                return _one(Kind.ARRAY, False, node)
            for value in models:
                found |= _one(ANSWERS.get(value.kind), False, node)
        return found

    def called_object(self, node: ast.Call, env: Env) -> Values:
        found = NOTHING
        for value in self.value(node.func, env) if not isinstance(node.func, ast.Call) else NOTHING:
            found |= _one(ANSWERS.get(value.kind), False, node)
        return found


def _one(kind: Kind | None, sure: bool, origin: ast.expr) -> Values:
    return frozenset({Value(kind, sure, origin)}) if kind is not None else NOTHING


def _placed(values: Values, place: ast.expr, only_direct: bool = True) -> Values:
    """Values that now stand inside something (or are returned) at `place`; those inside already keep their place."""
    if not only_direct:
        return values
    return frozenset(v if v.place is not None else replace(v, place=place) for v in values)


def _again(values: Values, kinds: "frozenset[Kind] | set[Kind]", node: ast.expr) -> Values:
    return frozenset(Value(v.kind, v.sure, node) for v in values if v.place is None and v.kind in kinds)


def _elements(values: Values, node: ast.expr | None = None) -> Values:
    """What iterating or indexing gives."""
    found = NOTHING
    for value in values:
        kind = ELEMENTS.get(value.kind) if value.place is None else None
        if value.kind is Kind.ARRAY and isinstance(value.origin, ast.Call) and value.place is None:
            two_dimensional = isinstance(value.origin.func, ast.Attribute) and "proba" in value.origin.func.attr
            kind = Kind.ARRAY if two_dimensional else None
        origin = node or value.origin
        if kind is Kind.ARRAY and node is None:
            origin = ast.copy_location(ast.Name("_", ast.Load()), value.origin)  # a row: its own rows are no arrays
        found |= _one(kind, value.sure, origin)
    return found


_TYPE_TESTS = frozenset({"isinstance", "hasattr", "type", "callable", "issubclass"})


def _tested(test: ast.expr) -> frozenset[str]:
    """Names whose type a condition asks for: what is known of them holds in neither branch."""
    names: set[str] = set()
    for node in ast.walk(test):
        asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TYPE_TESTS
        if asks and isinstance(node, ast.Call) and node.args:
            names |= {n.id for n in ast.walk(node.args[0]) if isinstance(n, ast.Name)}
    return frozenset(names)


def _without(env: Env, names: frozenset[str]) -> Env:
    return {name: NOTHING if name in names else values for name, values in env.items()}


def _merge(one: After, other: After) -> After:
    if not isinstance(one, dict):
        return other
    if not isinstance(other, dict) or one is other:
        return one
    return {name: one.get(name, NOTHING) | other.get(name, NOTHING) for name in one.keys() | other.keys()}


def _yields(function: Function) -> bool:
    return any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in ast.walk(function))


@lru_cache(maxsize=64)
def flow(module: Module) -> Flow:
    """What the script's values are, worked out once; nothing for code that is nested too deeply to follow."""
    try:
        return _Interpreter(module).start()
    except RecursionError:
        return Flow((), (), ())


def problems(values: Values) -> Iterator[Value]:
    """The values that JSON cannot carry, in the order of the script."""
    bad = [v for v in values if v.kind.problem]
    return iter(
        sorted(bad, key=lambda v: ((v.place or v.origin).lineno, (v.place or v.origin).col_offset, v.kind.value))
    )
